import { z } from 'zod'
import { airIndexSchema } from '../air-quality/air-index.ts'
import { areaSchema, boundsSchema, featureCollection, placeSchema, positionSchema } from '../basics/geo.ts'
import { moneyUnitSchema } from '../basics/money.ts'
import { attributionSchema, baseMapSchema } from '../city/base-map.ts'
import { qualitySchema } from '../observation/quality.ts'
import { languageTagSchema } from '../text/languages.ts'
import { domainSchema } from '../things/domain.ts'
import { gradeSchema } from '../things/grade.ts'

const instant = z.iso.datetime({ offset: true })

/** GET /api/v1/city */
export const cityResponse = z.object({
  name: z.string(),
  country: z.string().nullable(),
  description: z.string().nullable(),
  timeZone: z.string(),
  centre: positionSchema,
  bounds: boundsSchema,
  population: z.int(),
  households: z.int().nullable(),
  simulated: z.boolean(),
  domains: z.array(z.object({ domain: domainSchema, things: z.int() })),
  zones: z.int(),
  /** when districts split, merged or began, after the first ones: GET /api/v1/zones?at=… gives those of a time; the newest last */
  districtChanges: z.array(instant),
  things: z.int(),
  /** days after which what residents tell is deleted */
  voiceKeepDays: z.int(),
  /** MapLibre style of a real city on another server, or null */
  mapStyle: z.string().nullable(),
  /** what the city pack brings in basemap/, drawn before `mapStyle`; where both are null: draw /api/v1/city/map */
  baseMap: baseMapSchema.nullable(),
  /** whose data the base map shows: to be shown with every map and print of it */
  mapAttribution: attributionSchema,
  /** how much of the history that a simulator backfills is in: 0 to 1; stays 1 once it is complete; null where nothing is backfilled */
  backfill: z.number().nullable(),
  /** default of the city; null where its pack names none */
  language: languageTagSchema.nullable(),
  /** every language of the pages; `own`: the city adds messages to it (GET /api/v1/languages/:tag) */
  languages: z.array(
    z.object({ tag: languageTagSchema, name: z.string(), direction: z.enum(['ltr', 'rtl']), own: z.boolean() }),
  ),
  links: z.record(z.string(), z.string()),
})
export type CityResponse = z.infer<typeof cityResponse>

/** GET /api/v1/zones */
export const zoneFeatures = featureCollection(
  areaSchema,
  z.object({
    key: z.string(),
    name: z.string(),
    population: z.int().nullable(),
    households: z.int().nullable(),
    income: z.number().nullable(),
    /** what `income` is: currency, by month or year, of which year; null where the city pack does not say */
    incomeUnit: moneyUnitSchema.nullable(),
    areaKm2: z.number(),
    things: z.int(),
    /** of the Things in the zone: the mean of each pollutant, then the index of that; null without air stations */
    airIndex: z.object({ us: airIndexSchema.nullable(), european: airIndexSchema.nullable(), stations: z.int() }),
  }),
)
export type ZoneFeatures = z.infer<typeof zoneFeatures>

/** A Datastream with its latest measured value: the newest phenomenonTime, not the newest arrival. */
export const datastreamSummary = z.object({
  id: z.int(),
  property: z.string(),
  channel: z.string(),
  unit: z.string(),
  /** seconds between its observations where they are not those of the Thing; absent otherwise */
  expectedIntervalSeconds: z.int().optional(),
  latest: z
    .object({
      time: instant,
      result: z.number(),
      quality: qualitySchema,
      /** names of the reasons for the flag */
      reasons: z.array(z.string()),
      /** older than three expected intervals */
      stale: z.boolean(),
    })
    .nullable(),
})

/**
 * GET /api/v1/things?domain&zone&bbox&property&thing&at  (bbox = west,south,east,north). With `at` entries are those of the
 * registry at that time, and have no values: `latest`, `airIndex` and `offlineSince` are null.
 */
export const thingFeatures = featureCollection(
  placeSchema.nullable(),
  z.object({
    id: z.int(),
    key: z.string(),
    name: z.string(),
    domain: domainSchema,
    kind: z.string(),
    grade: gradeSchema,
    zone: z.string().nullable(),
    verified: z.boolean(),
    simulated: z.boolean(),
    expectedIntervalSeconds: z.int().nullable(),
    /** since when it is said to be offline (a last will, a Sparkplug death); null while it is not */
    offlineSince: instant.nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    datastreams: z.array(datastreamSummary),
    /** only for Things that measure a pollutant of the index */
    airIndex: z.object({ us: airIndexSchema.nullable(), european: airIndexSchema.nullable() }).nullable(),
    /** with `at`: from when (inclusive) to when (exclusive; null: to this day) the entry was what it is here */
    validity: z.object({ from: instant, to: instant.nullable() }).optional(),
  }),
).extend({
  total: z.int(),
  truncated: z.boolean(),
  /** with an `at` before it: when the registry begins. Of the time before, nothing is known. */
  registryBegins: instant.optional(),
})
export type ThingFeatures = z.infer<typeof thingFeatures>
export type ThingFeature = ThingFeatures['features'][number]

const meterReading = z.object({ time: instant, reading: z.number() })

/**
 * GET /api/v1/datastreams/:id/observations?from&to&every&limit&cursor
 * Raw without `every` (keyset pages: `next`), else buckets. every = 1h, 6h or 1d (1d = local days of the city).
 */
export const observationsResponse = z.object({
  datastream: z.object({
    id: z.int(),
    thing: z.string(),
    property: z.string(),
    channel: z.string(),
    unit: z.string(),
    kind: z.enum(['gauge', 'counter', 'interval']),
  }),
  from: instant,
  to: instant,
  every: z.string().nullable(),
  observations: z
    .array(
      z.object({
        ...{ time: instant, result: z.number(), quality: qualitySchema, reasons: z.array(z.string()) },
        /** sent as a limit, "<2" or ">500": the result is what stands for it; absent for what was measured */
        censored: z.object({ bound: z.enum(['below', 'above']), limit: z.number().nullable() }).optional(),
      }),
    )
    .optional(),
  /** statistics rest on good observations (quality 1 or 2), of pollutants also on doubted ones where these count (docs/quality.md); means are those of energies of sound levels, of vectors of directions (model/observation/averages.ts), else of numbers, and maxima (sound_level_max) have none; n counts all; those that are suspect (3) stand apart. total: the amount of a counter or interval property in the bucket, else null */
  buckets: z
    .array(
      z.object({
        time: instant,
        n: z.int(),
        good: z.int(),
        mean: z.number().nullable(),
        min: z.number().nullable(),
        max: z.number().nullable(),
        total: z.number().nullable(),
        dataCapture: z.number().nullable(),
        /** their number and mean, and how many of them are counted in the mean of the bucket; null where there are none. The readings of a counter have no mean. */
        suspect: z.object({ n: z.int(), mean: z.number().nullable(), counted: z.int() }).nullable(),
        /** how many of the good observations are limits ("<2", ">500"; docs/statistics.md) that stand in the mean for what was not measured; where all are, `limit` is what the mean is below or above, unless it is not known. Absent without any. */
        censored: z.object({ below: z.int(), above: z.int(), limit: z.number().nullable() }).optional(),
        /** of directions: how they are weighted in their mean, how much they agree (1 all the same, 0 they cancel out), and why there is no mean */
        direction: z
          .object({
            weighting: z.enum(['wind_speed', 'equal']),
            resultantLength: z.number().nullable(),
            undefinedFor: z.enum(['calm', 'opposed']).nullable(),
          })
          .optional(),
      }),
    )
    .optional(),
  /** of a meter, in buckets: what the totals rest on (docs/statistics.md, "Meters"); absent without a reading */
  meter: z
    .object({
      /** the last reading at or before `from`, else the first one after it; and the last at or before `to` */
      opening: meterReading,
      closing: meterReading,
      counted: z.number(),
      /** at most 100 of each; the counts say how many there are */
      events: z.array(
        z.object({
          time: instant,
          kind: z.enum(['reset', 'rollover', 'replacement', 'correction', 'unit_change']),
          /** nobody recorded it: the readings say so */
          inferred: z.boolean(),
          from: z.number(),
          to: z.number(),
          counted: z.number(),
          /** of a change of unit: by what it multiplied the readings (1000: from kWh to Wh) */
          factor: z.number().optional(),
        }),
      ),
      /** readings that left the line of the meter and came back: in no total */
      outliers: z.array(meterReading),
      /** the last reading, where only the next one can say whether the meter dropped: in no total yet */
      unconfirmed: meterReading.nullable(),
      eventCount: z.int(),
      outlierCount: z.int(),
    })
    .optional(),
  next: z.string().nullable(),
})
export type ObservationsResponse = z.infer<typeof observationsResponse>

/** GET /api/v1/coverage?property&channel&resolution&from&to  (resolution 6 to 10, default 9; property default rsrp) */
export const coverageResponse = z.object({
  property: z.string(),
  channel: z.string().nullable(),
  unit: z.string(),
  resolution: z.int(),
  from: instant,
  to: instant,
  /** H3 index as people write it: hexadecimal */
  cells: z.array(
    z.object({ cell: z.string(), n: z.int(), p10: z.number(), p50: z.number(), p90: z.number(), mean: z.number() }),
  ),
  /** true when there were more cells than the answer may carry; `total` says how many */
  truncated: z.boolean(),
  total: z.int(),
})
export type CoverageResponse = z.infer<typeof coverageResponse>
