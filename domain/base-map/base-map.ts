import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attribution, BaseMapResponse } from '#model/city/base-map.ts'
import type { CityPack } from '#model/city/city-pack.ts'
import { readCrs } from '../city-pack/geometry/crs.ts'
import { PackProblems } from '../city-pack/problems/pack-problems.ts'
import type { Archive } from './archives/archive.ts'
import { isArchive, openArchive } from './archives/open-archive.ts'
import { readAttribution } from './attribution.ts'
import { readGeoJson } from './geojson.ts'
import { FOLDER, listFiles, MAP_PATH, stylePath, tilesPath } from './paths.ts'
import { readStyle, type Style } from './style-folder.ts'
import { tileSchemaOf } from './tile-schema.ts'

/** The base map of a pack, open for reading. */
export type BaseMap = {
  readonly response: BaseMapResponse
  readonly attribution: Attribution
  /** changes whenever a file does */
  readonly version: string
  /** hosts that its styles load from; empty unless the pack permits some */
  readonly origins: readonly string[]
  /** what may be served, by path in the folder */
  readonly files: ReadonlyMap<string, string>
  readonly archives: ReadonlyMap<string, Archive>
  /** by colour scheme */
  readonly styles: ReadonlyMap<string, Style>
  readonly geoJson: string | undefined
  readonly close: () => Promise<void>
}

/** Whose data the map of a city shows; empty where nobody says. */
export const mapAttributionOf = (
  { mapAttribution = '' }: Pick<CityPack, 'mapAttribution'>,
  baseMap: BaseMap | undefined,
) => baseMap?.attribution ?? readAttribution(mapAttribution)

type City = Pick<CityPack, 'mapOrigins' | 'mapAttribution' | 'centre' | 'crs'>

const STYLE = 'style.json'
const DARK_STYLE = 'style-dark.json'

/**
 * Opens the folder `basemap/` of a pack. What is wrong with it is a problem of the check and leaves the city without this
 * base map; it never keeps a city from starting.
 * @returns no base map and no problems where there is no such folder
 */
export async function openBaseMap(
  pack: string,
  city: City,
): Promise<{ baseMap: BaseMap | undefined; problems: PackProblems }> {
  const problems = new PackProblems()
  const folder = join(pack, FOLDER)
  if (!(await isFolder(folder))) return { baseMap: undefined, problems }
  const files = await listFiles(folder)
  const archives = await openArchives(files, problems)
  const close = async (): Promise<void> => {
    for (const archive of archives.values()) await archive.close()
  }
  const version = await versionOf(files)
  const found = await readContent({ pack, city, files, archives, version }, problems)
  if (!found || problems.list.length > 0) {
    await close()
    return { baseMap: undefined, problems }
  }
  const attribution = readAttribution(city.mapAttribution ?? found.attribution.join(' | '))
  const { styles = new Map(), geoJson, origins = [] } = found
  const { response } = found
  return { baseMap: { response, attribution, version, origins, files, archives, styles, geoJson, close }, problems }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )

async function openArchives(files: ReadonlyMap<string, string>, problems: PackProblems) {
  const archives = new Map<string, Archive>()
  for (const [file, path] of files) {
    if (!isArchive(file)) continue
    try {
      archives.set(file, await openArchive(path))
    } catch (error) {
      problems.add(`${FOLDER}/${file}`, '', (error as Error).message)
    }
  }
  return archives
}

async function versionOf(files: ReadonlyMap<string, string>): Promise<string> {
  const changes = await Promise.all([...files.values()].map(async (path) => (await stat(path)).mtimeMs))
  return Math.round(Math.max(0, ...changes)).toString(36)
}

type Content = {
  readonly response: BaseMapResponse
  readonly attribution: readonly string[]
  readonly styles?: ReadonlyMap<string, Style>
  readonly origins?: readonly string[]
  readonly geoJson?: string
}
type Folder = {
  readonly pack: string
  readonly city: City
  readonly files: ReadonlyMap<string, string>
  readonly archives: ReadonlyMap<string, Archive>
  readonly version: string
}

/** A style comes before an archive, an archive before GeoJSON. */
async function readContent(folder: Folder, problems: PackProblems): Promise<Content | undefined> {
  const { pack, city, files, archives } = folder
  if (files.has(STYLE)) return readStyles(folder, problems)
  if ([...files.keys()].some(isArchive)) return readTiles(folder, problems)
  const collections = [...files.keys()].filter((file) => /^[^/]+\.(geo)?json$/i.test(file))
  if (collections.length > 0) {
    const crs = city.crs === undefined ? undefined : await readCrs(city.crs)
    const geoJson = await readGeoJson(pack, collections, { reference: city.centre, crs }, problems)
    if (geoJson === undefined) return undefined
    return { response: { kind: 'geojson', path: MAP_PATH }, attribution: [], geoJson }
  }
  if (archives.size === 0)
    problems.add(FOLDER, '', `holds no base map; valid: a .pmtiles or .mbtiles file, ${STYLE}, or .geojson files`)
  return undefined
}

function readTiles({ archives, version }: Folder, problems: PackProblems): Content | undefined {
  const [archive, second] = archives.values()
  if (second)
    problems.add(
      FOLDER,
      '',
      `holds several archives; ${STYLE} must say what is drawn of ${[...archives.keys()].join(', ')}`,
    )
  if (!archive || second) return undefined
  const { file, format, minZoom, maxZoom, bounds, layers, hasSea } = archive
  const tiles = { tiles: tilesPath(file, version), minZoom, maxZoom, bounds }
  const attribution = archive.attribution === undefined ? [] : [archive.attribution]
  if (format !== 'mvt') return { response: { kind: 'raster', ...tiles }, attribution }
  const schema = tileSchemaOf(layers)
  if (schema) return { response: { kind: 'vector', ...tiles, schema, sea: hasSea }, attribution }
  const what = `its layers (${layers.join(', ') || 'none'}) are of no schema that is known; valid: those of OpenMapTiles, Protomaps, Shortbread or npm run city -- map, else a ${STYLE} that draws them`
  problems.add(`${FOLDER}/${file}`, '', what)
  return undefined
}

async function readStyles({ city, files, archives, version }: Folder, problems: PackProblems) {
  const used = new Set<string>()
  const archiveSource = (file: string) => {
    const archive = archives.get(file)
    if (!archive) return undefined
    if (archive.attribution !== undefined) used.add(archive.attribution)
    const { format, minZoom, maxZoom, bounds } = archive
    const source = { type: format === 'mvt' ? 'vector' : 'raster', minzoom: minZoom, maxzoom: maxZoom }
    return { ...source, tiles: [tilesPath(file, version)], ...(bounds && { bounds }) }
  }
  const references = { files, permitted: city.mapOrigins ?? [], archiveSource }
  const light = await readStyle(STYLE, references, problems)
  const dark = files.has(DARK_STYLE) ? await readStyle(DARK_STYLE, references, problems) : light
  if (!light || !dark) return undefined
  for (const { style } of [light, dark])
    for (const source of Object.values(style.sources)) {
      if (typeof source['attribution'] === 'string') used.add(source['attribution'])
      // shown with the others, by the page itself
      delete source['attribution']
    }
  return {
    response: { kind: 'style', light: stylePath('light'), dark: stylePath('dark') } as const,
    attribution: [...used],
    origins: [...new Set([...light.origins, ...dark.origins])],
    styles: new Map([
      ['light', light.style],
      ['dark', dark.style],
    ]),
  }
}
