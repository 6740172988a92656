import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type MeterRead, readMeters } from '#domain/meter/read-meters.ts'
import { airHistoryResponse, type HistoryResponse, historyResponse } from '#model/api/history.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { hasQuarterHours } from '#model/basics/period.ts'
import { countedIn } from '#model/meter/window.ts'
import { averageOf } from '#model/observation/averages.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { airHistory } from '../air-quality/history.ts'
import { DAY_MS, readWindow, windowParams } from '../http/params.ts'
import { plainJson } from '../http/plain-json.ts'
import { bucketEdges, EVERY, stepEdges, stepFor } from '../measurements/buckets.ts'
import { thingStates } from '../measurements/thing-history.ts'
import { countDatastreams, type HistoryRow, selectHistory, selectIds } from '../queries/history.ts'
import { selectFrameLimits } from '../queries/history-limits.ts'
import type { ApiDeps } from './deps.ts'

type Deps = Pick<ApiDeps, 'pool' | 'clock'> & { timeZone: () => Promise<string> }

const MAX_FRAMES = 1_500
/** frames x Datastreams: about 10 MB of JSON */
const MAX_VALUES = 1_000_000
/** frames x meters: each is counted from its readings */
const MAX_METER_VALUES = 200_000
const SHORT = '10m'
const SHORT_MS = 600_000
/** Below an hour there is no rollup: raw is read, so not of more than this. */
const SHORT_WINDOW_DAYS = 2

const frameParams = {
  ...windowParams,
  every: z
    .enum([SHORT, ...EVERY])
    .default('1h')
    .describe('length of a frame: 10m, 1h and 6h in UTC, 1d = local days of the city'),
}
const historyQuery = z.object({
  property: z
    .string()
    .min(1)
    .max(200)
    .transform((text) => text.split(','))
    .describe('one observed property, or several separated by commas'),
  ...frameParams,
})
const airHistoryQuery = z.object({
  scheme: z.enum(['us', 'european']).default('us'),
  by: z.enum(['thing', 'zone']).default('thing'),
  ...frameParams,
})
type FrameQuery = Pick<z.output<typeof historyQuery>, 'from' | 'to' | 'every'>

export const historyRoutes =
  ({ pool, clock, timeZone }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/history',
      {
        schema: {
          tags: ['observations'],
          summary:
            'Every Datastream of a property through time, frame by frame; the last 24 hours unless told otherwise',
          querystring: historyQuery,
          response: { 200: historyResponse },
        },
        serializerCompiler: plainJson,
      },
      async ({ query }): Promise<HistoryResponse> => {
        for (const name of query.property) assertPlayable(name)
        const edges = await readEdges(query)
        const datastreams = await countDatastreams(pool, query.property)
        if (datastreams * edges.length > MAX_VALUES) {
          throw tooLarge(`every = "${query.every}": ${edges.length - 1} frames of ${datastreams} Datastreams`)
        }
        const stepMs = query.every === SHORT ? SHORT_MS : stepFor(edges)
        const source = stepMs === HOUR_MS ? 'hourly' : await finerSource(stepMs)
        const of = { properties: query.property, edges, source, stepMs } as const
        const rows = await selectHistory(pool, of)
        const limits = await selectFrameLimits(pool, of)
        const meters = await metersIn(query, edges)
        const streams = rows.map((row) => {
          const censored = limits.get(row.datastream)
          return { ...streamOf(row, edges, meters), ...(censored && { censored: [...censored] }) }
        })
        return { ...framesOf(query.every, edges), thingStates: await statesIn(edges), streams }
      },
    )

    app.get(
      '/history/air-index',
      {
        schema: {
          tags: ['observations'],
          summary: 'The air quality index of Things or zones through time, as it stood at the end of each frame',
          querystring: airHistoryQuery,
          response: { 200: airHistoryResponse },
        },
        serializerCompiler: plainJson,
      },
      async ({ query }) => {
        const { scheme, by, every } = query
        const edges = await readEdges(query)
        const of = { scheme, by, ends: edges.slice(1), now: clock(), timeZone: await timeZone() }
        const places = await airHistory({ pool }, of)
        return { ...framesOf(every, edges), thingStates: await statesIn(edges), scheme, by, places }
      },
    )

    /** The meters among the Datastreams, by id; a meter without a reading has no count. */
    async function metersIn({ property, every }: z.output<typeof historyQuery>, edges: readonly number[]) {
      const ids = await selectIds(pool, property.filter(isMeter))
      if (ids.length * edges.length > MAX_METER_VALUES)
        throw tooLarge(`every = "${every}": ${edges.length - 1} frames of ${ids.length} meters`)
      const reads = await readMeters(pool, ids, edges)
      return new Map(ids.map((id) => [id, reads.get(id)]))
    }

    const statesIn = (edges: readonly number[]) =>
      thingStates(pool, new Date(edges[0] ?? 0), new Date(edges.at(-1) ?? 0))

    async function finerSource(stepMs: number): Promise<'quarter' | 'raw'> {
      return stepMs !== SHORT_MS && hasQuarterHours(await timeZone()) ? 'quarter' : 'raw'
    }

    async function readEdges(query: FrameQuery): Promise<number[]> {
      const { from, to } = readWindow(query, clock(), DAY_MS)
      const days = (to.getTime() - from.getTime()) / DAY_MS
      const perDay = { '10m': 144, '1h': 24, '6h': 4, '1d': 1 }[query.every]
      if (days * perDay > MAX_FRAMES) throw tooLarge(`every = "${query.every}": ${Math.ceil(days * perDay)} frames`)
      if (query.every === SHORT && days > SHORT_WINDOW_DAYS)
        throw tooLarge(`every = "10m" over ${days.toFixed(1)} days`)
      return query.every === SHORT
        ? stepEdges(SHORT_MS, from, to)
        : bucketEdges(query.every, from, to, await timeZone())
    }
  }

/** @throws AppError PROPERTY_UNKNOWN */
function assertPlayable(name: string): void {
  if (!PROPERTIES.has(name)) throw new AppError('PROPERTY_UNKNOWN', name)
}

const isMeter = (property: string): boolean => PROPERTIES.get(property)?.kind === 'counter'

const tooLarge = (asked: string): AppError =>
  new AppError(
    'QUERY_TOO_LARGE',
    `${asked} are more than one answer carries: shorten from..to or ask for longer frames (${MAX_FRAMES} frames and ${MAX_VALUES} values at most, ${MAX_METER_VALUES} of meters; 10m over ${SHORT_WINDOW_DAYS} days at most)`,
  )

const iso = (ms: number | undefined): string => new Date(ms ?? 0).toISOString()
const framesOf = (every: string, edges: readonly number[]) => ({
  every,
  times: edges.slice(0, -1).map(iso),
  end: iso(edges.at(-1)),
})

type Stream = HistoryResponse['streams'][number]

function streamOf(
  { datastream, property, frames, means, ns, goods }: HistoryRow,
  edges: readonly number[],
  meters: ReadonlyMap<number, MeterRead | undefined>,
): Stream {
  const length = edges.length - 1
  const value = new Array<number | null>(length).fill(null)
  const n = new Array<number>(length).fill(0)
  const good = new Array<number>(length).fill(0)
  for (const [index, frame] of frames.entries()) {
    value[frame] = shorten(means[index])
    n[frame] = ns[index] ?? 0
    good[frame] = goods[index] ?? 0
  }
  const about = { datastream, n, good }
  const mean = new Array<null>(length).fill(null)
  if (meters.has(datastream)) return { ...about, mean, total: totalsOf(meters.get(datastream), edges) }
  return averageOf(property) === 'maximum' ? { ...about, mean, max: value } : { ...about, mean: value }
}

const totalsOf = (read: MeterRead | undefined, edges: readonly number[]): (number | null)[] =>
  edges.slice(1).map((to, i) => shorten(read && countedIn(read, edges[i] ?? to, to)))

/** Six digits are more than any of these instruments has, and a third of the bytes. */
const shorten = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value.toPrecision(6))
