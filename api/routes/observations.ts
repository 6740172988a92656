import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readMeters } from '#domain/meter/read-meters.ts'
import { type ObservationsResponse, observationsResponse } from '#model/api/city.ts'
import { AppError } from '#model/basics/errors.ts'
import { hasQuarterHours } from '#model/basics/period.ts'
import type { Reading } from '#model/meter/reading.ts'
import { countedIn, type MeterWindow, windowOf } from '#model/meter/window.ts'
import { averageOf } from '#model/observation/averages.ts'
import { isCalibratedChannel } from '#model/observation/calibrated-channel.ts'
import { censoredOf, limitOfAll } from '#model/observation/censored.ts'
import { reasonsOf } from '#model/observation/quality.ts'
import { cursorParam, readCursor, writeCursor } from '../http/cursor.ts'
import { DAY_MS, idParam, readWindow, windowParams } from '../http/params.ts'
import { plainJson } from '../http/plain-json.ts'
import { type Bucket, bucketEdges, composeBuckets, EVERY, type Every, stepFor } from '../measurements/buckets.ts'
import { mayCountDoubted } from '../measurements/hour-means.ts'
import { type Datastream, requireDatastream } from '../queries/datastreams.ts'
import { type CensoredCount, selectCensored, selectHours, selectRaw } from '../queries/observations.ts'
import type { ApiDeps } from './deps.ts'

type Deps = Pick<ApiDeps, 'pool' | 'clock'> & { timeZone: () => Promise<string> }
type Window = { from: Date; to: Date }

const MAX_ROWS = 10_000
const MAX_BUCKETS = 10_000
/** eleven years of hours */
const MAX_STEPS = 100_000

const observationsQuery = z.object({
  ...windowParams,
  every: z.enum(EVERY).optional().describe('bucket: 1h and 6h in UTC, 1d = local days of the city; absent: raw'),
  // Above the maximum is refused by hand, because the answer has to name `every`.
  limit: z.coerce.number().int().min(1).default(1_000).describe(`raw rows a page, ${MAX_ROWS} at most`),
  cursor: cursorParam.optional(),
})

export const observationRoutes =
  ({ pool, clock, timeZone }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/datastreams/:id/observations',
      {
        schema: {
          tags: ['observations'],
          summary: 'Observations of a Datastream, raw in pages or in buckets; the last 24 hours unless told otherwise',
          params: z.object({ id: idParam }),
          querystring: observationsQuery,
          response: { 200: observationsResponse },
        },
        serializerCompiler: plainJson,
      },
      async ({ params, query }) => {
        const window = readWindow(query, clock(), DAY_MS)
        const after = query.cursor === undefined ? null : readCursor(query.cursor)
        if (query.every === undefined && query.limit > MAX_ROWS) throw tooLarge(`limit = ${query.limit} rows`)
        const datastream = await requireDatastream(pool, params.id)
        if (query.every === undefined) return raw(datastream, window, { after, limit: query.limit })
        return bucketed(datastream, window, query.every)
      },
    )

    async function raw(datastream: Datastream, window: Window, page: { after: number | null; limit: number }) {
      // One row more than requested shows whether there is a next page.
      const query = { datastreamId: datastream.id, positioned: datastream.positioned, ...window }
      const rows = await selectRaw(pool, { ...query, after: page.after, limit: page.limit + 1 })
      const shown = rows.slice(0, page.limit)
      const last = shown.at(-1)
      return {
        ...head(datastream, window, null),
        observations: shown.map(({ time, result, quality, reasons }) => ({
          time: time.toISOString(),
          result,
          quality,
          reasons: reasonsOf(reasons),
          ...censoredIn({ result, reasons }, datastream),
        })),
        next: rows.length > page.limit && last ? writeCursor(last.micros) : null,
      }
    }

    async function bucketed(datastream: Datastream, asked: Window, every: Every) {
      const zone = await timeZone()
      const edges = boundedEdges(every, asked, zone)
      const widened = { from: new Date(edges[0] ?? 0), to: new Date(edges.at(-1) ?? 0) }
      const { id: datastreamId, positioned, kind, expectedIntervalSeconds } = datastream
      const average = averageOf(datastream.property)
      const pollutant = mayCountDoubted(datastream.property) ? datastream.property : undefined
      const of = {
        datastreamId,
        positioned,
        average,
        stepMs: stepFor(edges),
        hasQuarters: hasQuarterHours(zone),
        pollutant,
      }
      const [steps, censored, meters] = await Promise.all([
        selectHours(pool, { ...of, ...widened }),
        selectCensored(pool, datastreamId, edges),
        kind === 'counter' ? readMeters(pool, [datastreamId], edges) : undefined,
      ])
      const read = meters?.get(datastreamId)
      const how = {
        ...{ edges, kind, average, expectedIntervalSeconds, now: clock() },
        counted: (from: number, to: number) => (read ? countedIn(read, from, to) : null),
      }
      const window = read && windowOf(read, widened.from.getTime(), widened.to.getTime())
      const meter = window && { meter: meterEvidence(window) }
      const buckets = composeBuckets(steps, how).map((bucket, i) => withCensored(bucket, censored.get(i), datastream))
      return { ...head(datastream, widened, every), buckets, ...meter, next: null }
    }
  }

function censoredIn(row: { result: number; reasons: number }, { unit, channel }: Datastream) {
  const censored = censoredOf(row, { unit, calibrated: isCalibratedChannel(channel) })
  return censored ? { censored } : {}
}

function withCensored(bucket: Bucket, count: CensoredCount | undefined, { unit, channel }: Datastream): Bucket {
  if (!count) return bucket
  const { below, above } = count
  const { good, min: low, max: high } = bucket
  const counts = { below, above, good, counted: bucket.suspect?.counted ?? 0, low, high }
  const limit = limitOfAll(counts, { unit, calibrated: isCalibratedChannel(channel) })
  return { ...bucket, censored: { below, above, limit } }
}

/** An answer names so many of each kind: who needs more asks for a shorter window. */
const MAX_EVENTS = 100

function meterEvidence({
  opening,
  closing,
  counted,
  events,
  outliers,
  unconfirmed,
}: MeterWindow): ObservationsResponse['meter'] {
  const reading = ({ at, value }: Reading) => ({ time: new Date(at).toISOString(), reading: value })
  return {
    opening: reading(opening),
    closing: reading(closing),
    counted,
    events: events.slice(0, MAX_EVENTS).map(({ at, ...event }) => ({ time: new Date(at).toISOString(), ...event })),
    outliers: outliers.slice(0, MAX_EVENTS).map(reading),
    unconfirmed: unconfirmed ? reading(unconfirmed) : null,
    ...{ eventCount: events.length, outlierCount: outliers.length },
  }
}

/** The edges, unless there are too many: counted before they are made. */
function boundedEdges(every: Every, { from, to }: Window, timeZone: string): number[] {
  const hours = (to.getTime() - from.getTime()) / 3_600_000
  const perBucket = { '1h': 1, '6h': 6, '1d': 24 }[every]
  if (hours / perBucket > MAX_BUCKETS || hours > MAX_STEPS)
    throw tooLarge(`${Math.ceil(hours / perBucket)} buckets of ${every}`)
  return bucketEdges(every, from, to, timeZone)
}

const tooLarge = (asked: string): AppError =>
  new AppError(
    'QUERY_TOO_LARGE',
    `${asked} are more than one answer carries: follow "next" through pages of at most ${MAX_ROWS} rows, shorten from..to, or ask for buckets with every=1h, every=6h or every=1d (${MAX_BUCKETS} at most)`,
  )

function head(
  { positioned: _, expectedIntervalSeconds: __, grade: ___, ...datastream }: Datastream,
  { from, to }: Window,
  every: Every | null,
): Pick<ObservationsResponse, 'datastream' | 'from' | 'to' | 'every'> {
  return { datastream, from: from.toISOString(), to: to.toISOString(), every }
}
