import { z } from 'zod'
import { boundsSchema } from '../basics/geo.ts'

/**
 * How the layers of vector tiles are named: by `npm run city -- map`, OpenMapTiles, Protomaps or Shortbread. The map draws
 * each of them in its own colours.
 */
export const TILE_SCHEMAS = ['citywell', 'openmaptiles', 'protomaps', 'shortbread'] as const
export type TileSchema = (typeof TILE_SCHEMAS)[number]

/** Whose data a map shows, in pieces of text; `url` where a piece is a link. */
export const attributionSchema = z.array(z.object({ text: z.string(), url: z.string().nullable() }))
export type Attribution = z.infer<typeof attributionSchema>

/** `tiles`: a path of this server with {z}, {x} and {y} */
const tiled = { tiles: z.string(), minZoom: z.int(), maxZoom: z.int(), bounds: boundsSchema.nullable() }

/** The base map of the folder `basemap/` of a city pack. */
export const baseMapSchema = z.discriminatedUnion('kind', [
  z.object({
    ...tiled,
    kind: z.literal('vector'),
    schema: z.enum(TILE_SCHEMAS),
    /** what no tile covers is sea, else land */
    sea: z.boolean(),
  }),
  z.object({ ...tiled, kind: z.literal('raster') }),
  /** drawn as map.geojson is: the path says where it is */
  z.object({ kind: z.literal('geojson'), path: z.string() }),
  /** paths of MapLibre styles; the same one where the folder has no dark style */
  z.object({ kind: z.literal('style'), light: z.string(), dark: z.string() }),
])
export type BaseMapResponse = z.infer<typeof baseMapSchema>

export const COLOUR_SCHEMES = ['light', 'dark'] as const
