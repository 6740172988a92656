import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '#model/basics/errors.ts'
import type { Bounds } from '#model/basics/geo.ts'
import { isArchive } from '../archives/open-archive.ts'
import { FOLDER } from '../paths.ts'
import type { AddFeature } from './feature.ts'
import { openFeatureStore } from './feature-store.ts'
import { readGeoJsonFeatures } from './geojson-features.ts'
import { type Found, readOsmFeatures } from './osm-features.ts'
import { MAX_ZOOM, MIN_ZOOM, openTileWriter, tiler, tilesIn, tilesOf } from './write-tiles.ts'

const FILE = 'openstreetmap.mbtiles'
/** What lies within one tile of this zoom, some 8 km, is in memory at a time. */
const BLOCK_ZOOM = 12
/** Around the districts, so that a map that is moved a little is not empty. */
const MARGIN_SHARE = 0.15
const MIN_MARGIN_DEGREES = 0.02

export type Built = {
  readonly file: string
  readonly bytes: number
  readonly tiles: number
  /** features by layer */
  readonly counts: ReadonlyMap<string, number>
  readonly notes: readonly string[]
}

/**
 * Makes the base map of a pack from an OpenStreetMap extract: `basemap/openstreetmap.mbtiles`. An earlier one is replaced
 * when the new one is complete.
 * @throws AppError EXTRACT_INVALID
 */
export async function buildBaseMap(
  extract: string,
  { pack, name, districts }: { readonly pack: string; readonly name: string; readonly districts: Bounds },
): Promise<Built> {
  const read = readerOf(extract)
  await stat(extract).catch(() => {
    throw new AppError('EXTRACT_INVALID', `${extract} does not exist`)
  })
  const folder = join(pack, FOLDER)
  await mkdir(folder, { recursive: true })
  await assertAlone(folder)
  const bounds = withMargin(districts)
  const [work, target] = [join(folder, `.${FILE}.features`), join(folder, `.${FILE}`)]
  const clean = async (): Promise<void> => {
    for (const path of [work, target]) await rm(path, { force: true })
  }
  await clean()
  try {
    const { tiles, counts, notes } = await build({ extract, read, bounds, name, work, target })
    await rename(target, join(folder, FILE))
    return { file: join(folder, FILE), bytes: (await stat(join(folder, FILE))).size, tiles, counts, notes }
  } finally {
    await clean()
  }
}

type Read = (path: string, bounds: Bounds, add: AddFeature) => Promise<Found>

function readerOf(extract: string): Read {
  if (/\.osm(\.pbf)?$|\.pbf$|\.xml$/i.test(extract)) return readOsmFeatures
  if (/\.(geo)?json$/i.test(extract)) return readGeoJsonFeatures
  throw new AppError(
    'EXTRACT_INVALID',
    `${basename(extract)}: its name does not say what it is; valid: .osm.pbf, .osm (XML) or .geojson`,
  )
}

/** Two archives in a folder would need a style that says which is drawn. */
async function assertAlone(folder: string): Promise<void> {
  const other = (await readdir(folder)).find((file) => isArchive(file) && file !== FILE && !file.startsWith('.'))
  if (other !== undefined)
    throw new AppError('EXTRACT_INVALID', `${join(folder, other)} is the base map of this pack; remove it first`)
}

function withMargin([west, south, east, north]: Bounds): Bounds {
  const across = Math.max(MIN_MARGIN_DEGREES, (east - west) * MARGIN_SHARE)
  const up = Math.max(MIN_MARGIN_DEGREES, (north - south) * MARGIN_SHARE)
  return [west - across, south - up, east + across, north + up]
}

type Work = { extract: string; read: Read; bounds: Bounds; name: string; work: string; target: string }

async function build({ extract, read, bounds, name, work, target }: Work) {
  const store = openFeatureStore(work, { blockZoom: BLOCK_ZOOM, bounds })
  const writer = openTileWriter(target)
  try {
    const { hasSea, notes } = await read(extract, bounds, store.add)
    if (store.counts.size === 0)
      throw new AppError('EXTRACT_INVALID', `${extract} holds no streets, water, green areas or buildings of the city`)
    store.seal()
    const overview = tiler(store.upTo(BLOCK_ZOOM - 1), BLOCK_ZOOM - 1)
    for (let z = MIN_ZOOM; z < BLOCK_ZOOM; z++)
      for (const id of tilesIn(bounds, z)) {
        const data = overview(id)
        if (data) writer.add(id, data)
      }
    for (const block of store.blocks()) {
      const tileOf = tiler(store.ofBlock(block), MAX_ZOOM)
      for (let z = BLOCK_ZOOM; z <= MAX_ZOOM; z++)
        for (const id of tilesOf({ z: BLOCK_ZOOM, ...block }, z)) {
          const data = tileOf(id)
          if (data) writer.add(id, data)
        }
    }
    writer.finish({ name, bounds, hasSea })
    return { tiles: writer.tiles, counts: store.counts, notes }
  } finally {
    store.close()
    writer.close()
  }
}
