import { z } from 'zod'

/** [longitude, latitude] in WGS 84 degrees, on the planet. */
export const positionSchema = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).readonly()
export type Position = z.infer<typeof positionSchema>

const ring = z.array(positionSchema).min(4)
export const pointSchema = z.object({ type: z.literal('Point'), coordinates: positionSchema })
export const lineSchema = z.object({ type: z.literal('LineString'), coordinates: z.array(positionSchema).min(2) })
export const areaSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: z.array(ring).min(1) }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ring).min(1)).min(1) }),
])
export type Area = z.infer<typeof areaSchema>
/** Where a Thing is: a point, or the stretch of street it watches. */
export const placeSchema = z.discriminatedUnion('type', [pointSchema, lineSchema])
export type Place = z.infer<typeof placeSchema>

/** [west, south, east, north] */
export const boundsSchema = z.tuple([z.number(), z.number(), z.number(), z.number()])
export type Bounds = z.infer<typeof boundsSchema>

/** A FeatureCollection of one kind of geometry and one kind of properties. */
export const featureCollection = <G extends z.ZodType, P extends z.ZodType>(geometry: G, properties: P) =>
  z.object({
    type: z.literal('FeatureCollection'),
    features: z.array(
      z.object({ type: z.literal('Feature'), id: z.union([z.string(), z.number()]).optional(), geometry, properties }),
    ),
  })
