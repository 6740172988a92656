import { z } from 'zod'
import { placeSchema } from '../basics/geo.ts'
import { gradeSchema } from '../things/grade.ts'

const instant = z.iso.datetime({ offset: true })
/** What the registry said of a Thing from one instant (inclusive) to another (exclusive); null: to this day. */
const thingState = z.object({
  thing: z.int(),
  from: instant,
  to: instant.nullable(),
  name: z.string(),
  kind: z.string(),
  grade: gradeSchema,
  geometry: placeSchema.nullable(),
  zone: z.string().nullable(),
  expectedIntervalSeconds: z.int().nullable(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export type ThingState = z.infer<typeof thingState>

const frames = {
  every: z.string(),
  /** starts of the frames, and where the last one ends */
  times: z.array(instant),
  end: instant,
  /** of the Things (by id) whose entry in the registry has changed since the first frame began, every state, in the order of time: a frame shows the last one that began before its end, or else the first */
  thingStates: z.array(thingState),
}

/**
 * GET /api/v1/history?property&from&to&every: whole properties through time, frame by frame, for playback. A column per
 * Datastream, as long as `times`; a Datastream without an observation in the window is absent.
 */
export const historyResponse = z.object({
  ...frames,
  streams: z.array(
    z.object({
      datastream: z.int(),
      /** of the observations that count, as in series and indicators; null where a frame has none, of maxima and of meters */
      mean: z.array(z.number().nullable()),
      /** of maxima (sound_level_max): the highest of the frame */
      max: z.array(z.number().nullable()).optional(),
      /** of meters: what they counted in the frame, as in series */
      total: z.array(z.number().nullable()).optional(),
      /** all observations of the frame, whatever their quality */
      n: z.array(z.int()),
      good: z.array(z.int()),
      /** frames in which good observations are limits ("<2", ">500"), by their number, as in the buckets of series; absent without any */
      censored: z
        .array(z.object({ frame: z.int(), below: z.int(), above: z.int(), limit: z.number().nullable() }))
        .optional(),
    }),
  ),
})
export type HistoryResponse = z.infer<typeof historyResponse>

/** GET /api/v1/history/air-index?scheme&by&from&to&every: the index as it stood at the end of each frame. */
export const airHistoryResponse = z.object({
  ...frames,
  scheme: z.enum(['us', 'european']),
  by: z.enum(['thing', 'zone']),
  places: z.array(
    z.object({
      key: z.string(),
      value: z.array(z.number().nullable()),
      category: z.array(z.string().nullable()),
      pollutant: z.array(z.string().nullable()),
      /** the value is a lower bound (model/air-quality/air-index.ts) */
      atLeast: z.array(z.boolean().nullable()),
    }),
  ),
})
export type AirHistoryResponse = z.infer<typeof airHistoryResponse>
