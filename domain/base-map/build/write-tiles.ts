import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { GeoJSONVT, type GeoJSONVTFeature, type GeoJSONVTTile } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'
import type { Bounds } from '#model/basics/geo.ts'
import { LAYERS } from './classify.ts'
import type { MapFeature } from './feature.ts'
import { tileAt } from './feature-store.ts'

export const MIN_ZOOM = 6
/** Tiles of this zoom are drawn at all closer ones. */
export const MAX_ZOOM = 14

const ATTRIBUTION = '<a href="https://www.openstreetmap.org/copyright">© OpenStreetMap contributors</a> (ODbL 1.0)'

/** A new MBTiles file: https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md */
export function openTileWriter(path: string) {
  const database = new DatabaseSync(path)
  database.exec(`pragma journal_mode = off; pragma synchronous = off; pragma application_id = 0x4d504258;
    create table metadata (name text primary key, value text);
    create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
    begin`)
  const insert = database.prepare('insert into tiles values (?, ?, ?, ?)')
  const describe = database.prepare('insert into metadata values (?, ?)')
  let tiles = 0
  return {
    get tiles(): number {
      return tiles
    },
    add({ z, x, y }: TileId, data: Uint8Array): void {
      insert.run(z, x, 2 ** z - 1 - y, gzipSync(data))
      tiles += 1
    },
    finish({ name, bounds, hasSea }: { name: string; bounds: Bounds; hasSea: boolean }): void {
      const layers = LAYERS.map((id) => ({ id, fields: { class: 'String', name: 'String' } }))
      const metadata = {
        ...{ name, format: 'pbf', type: 'baselayer', version: '1', attribution: ATTRIBUTION },
        bounds: bounds.map((degrees) => degrees.toFixed(6)).join(','),
        minzoom: `${MIN_ZOOM}`,
        maxzoom: `${MAX_ZOOM}`,
        citywell_sea: `${hasSea}`,
        json: JSON.stringify({ vector_layers: layers }),
      }
      for (const [key, value] of Object.entries(metadata)) describe.run(key, value)
      database.exec('commit; create unique index tile_index on tiles (zoom_level, tile_column, tile_row)')
    },
    close: () => database.close(),
  }
}

export type TileId = { readonly z: number; readonly x: number; readonly y: number }

/** Draws features into tiles: `tile(id)` is the encoded tile, undefined where nothing is in it. */
export function tiler(features: readonly MapFeature[], maxZoom: number) {
  const index = new GeoJSONVT(
    {
      type: 'FeatureCollection',
      features: features.map(({ geometry, layer, minZoom, class: rank, names }) => ({
        type: 'Feature',
        geometry: geometry as unknown as GeoJSON.Geometry,
        properties: { ...names, ...(rank !== undefined && { class: rank }), [LAYER]: layer, [FROM]: minZoom },
      })),
    },
    { maxZoom, wrap: false },
  )
  return ({ z, x, y }: TileId): Uint8Array | undefined => {
    const tile = index.getTile(z, x, y)
    const features: GeoJSONVTFeature[] = tile?.features ?? []
    const shown = features.filter(({ tags }) => Number(tags?.[FROM]) <= z)
    if (!tile || shown.length === 0) return undefined
    const byLayer = Map.groupBy(shown, ({ tags }) => String(tags?.[LAYER]))
    return fromGeojsonVt(
      Object.fromEntries(
        [...byLayer].map(([layer, some]) => [layer, { ...tile, features: some.map(published) } as GeoJSONVTTile]),
      ),
      { version: 2, extent: 4096 },
    )
  }
}

/** Properties of our own while tiles are made. */
const LAYER = '#layer'
const FROM = '#from'

function published(feature: GeoJSONVTFeature): GeoJSONVTFeature {
  const { [LAYER]: _, [FROM]: __, ...tags } = feature.tags ?? {}
  return { ...feature, tags }
}

/** Tiles of a zoom that touch an area. */
export function* tilesIn([west, south, east, north]: Bounds, z: number): Generator<TileId> {
  const [first, last] = [tileAt([west, north], z), tileAt([east, south], z)]
  for (let x = Math.floor(first.x); x <= Math.floor(last.x); x++)
    for (let y = Math.floor(first.y); y <= Math.floor(last.y); y++) yield { z, x, y }
}

/** Tiles of a zoom within a tile of a lower one. */
export function* tilesOf({ z: from, x, y }: TileId, z: number): Generator<TileId> {
  const across = 2 ** (z - from)
  for (let column = 0; column < across; column++)
    for (let row = 0; row < across; row++) yield { z, x: x * across + column, y: y * across + row }
}
