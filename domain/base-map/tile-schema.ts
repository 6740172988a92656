import type { TileSchema } from '#model/city/base-map.ts'

/** A layer that only tiles of this schema have. */
const TELLING: Readonly<Record<TileSchema, string>> = {
  openmaptiles: 'transportation',
  protomaps: 'roads',
  shortbread: 'streets',
  citywell: 'street',
}

/** Which schema vector tiles follow, by the names of their layers; undefined: none that the map can draw by itself. */
export function tileSchemaOf(layers: readonly string[]): TileSchema | undefined {
  const schemas = Object.keys(TELLING) as TileSchema[]
  return schemas.find((schema) => layers.includes(TELLING[schema]))
}
