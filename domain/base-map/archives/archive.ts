import type { Bounds } from '#model/basics/geo.ts'

/** One tile, directory or description, also after decompression. Vector tiles are meant to have at most half a megabyte. */
export const MAX_PART_BYTES = 16_777_216

/** A tile as it is stored. */
export type Tile = { readonly data: Uint8Array; readonly isGzipped: boolean }

export const TILE_TYPES = {
  mvt: 'application/vnd.mapbox-vector-tile',
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
} as const
export type TileFormat = keyof typeof TILE_TYPES

/** A file of map tiles, open for reading. */
export type Archive = {
  /** name of the file */
  readonly file: string
  readonly format: TileFormat
  readonly minZoom: number
  readonly maxZoom: number
  readonly bounds: Bounds | null
  /** names of the layers in vector tiles */
  readonly layers: readonly string[]
  /** as HTML or text */
  readonly attribution: string | undefined
  /** made by `npm run city -- map` of a city at the sea */
  readonly hasSea: boolean
  /** undefined: there is none; y counts from the north */
  readonly tile: (z: number, x: number, y: number) => Promise<Tile | undefined>
  readonly close: () => Promise<void>
}

/** Why a file is no usable archive, in words for the person who put it there. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

/** Names of the layers in metadata of vector tiles (TileJSON `vector_layers`). */
export function layersOf(metadata: unknown): string[] {
  const { vector_layers: layers } = (metadata ?? {}) as { vector_layers?: unknown }
  if (!Array.isArray(layers)) return []
  return layers.flatMap((layer) => {
    const id = (layer as { id?: unknown } | null)?.id
    return typeof id === 'string' ? [id] : []
  })
}

/** west, south, east, north of a real area, else null */
export function usableBounds(values: readonly number[]): Bounds | null {
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = values
  const isArea = west < east && south < north && west >= -180 && east <= 180 && south >= -90 && north <= 90
  return isArea ? [west, south, east, north] : null
}

/** The tile at each zoom in the middle of an archive: what is read to see whether it can be. */
export function middleTiles({ minZoom, maxZoom, bounds }: Pick<Archive, 'minZoom' | 'maxZoom' | 'bounds'>) {
  const [west, south, east, north] = bounds ?? [-180, -85, 180, 85]
  const [lon, lat] = [(west + east) / 2, (south + north) / 2]
  const sine = Math.sin((lat * Math.PI) / 180)
  return Array.from({ length: maxZoom - minZoom + 1 }, (_, index) => {
    const z = minZoom + index
    const across = 2 ** z
    const x = Math.floor(((lon + 180) / 360) * across)
    const y = Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * across)
    return { z, x: clamp(x, across), y: clamp(y, across) }
  })
}

const clamp = (value: number, across: number): number => Math.min(across - 1, Math.max(0, value))
