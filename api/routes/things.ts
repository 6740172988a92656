import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Queryable } from '#infra/db/pool.ts'
import { type ThingFeature, thingFeatures } from '#model/api/city.ts'
import { thingChange } from '#model/api/registry.ts'
import { AppError } from '#model/basics/errors.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { REASONS, reasonsOf } from '#model/observation/quality.ts'
import { isAvailability, lastHeard, type Newest, offlineAt } from '#model/things/availability.ts'
import { expectedIntervalOf } from '#model/things/expected-interval.ts'
import type { AirIndexes } from '../air-quality/index-of.ts'
import { atParam, bboxParam, domainsParam, keyParam } from '../http/params.ts'
import { plainJson } from '../http/plain-json.ts'
import { ProblemError } from '../http/problem-error.ts'
import type { SharedAnswers } from '../http/shared-answers.ts'
import { type DatastreamTuple, selectOfflineSince, selectThings, type ThingRow } from '../queries/things.ts'
import { selectThingsAt, type ThingAtRow } from '../queries/things-at.ts'
import { requireZone } from '../queries/zones.ts'
import { changeThing } from '../registry/change-thing.ts'
import type { ApiDeps } from './deps.ts'

type Deps = Pick<ApiDeps, 'pool' | 'clock'> & { airIndexes: () => Promise<AirIndexes>; shared: SharedAnswers }

const MAX_THINGS = 100_000
const thingsQuery = z.object({
  domain: domainsParam.optional(),
  zone: keyParam.optional().describe('key of a zone'),
  bbox: bboxParam.optional(),
  property: keyParam.optional().describe('Things that measure this property'),
  thing: keyParam.optional().describe('key of one Thing, or a former key of it'),
  offline: z.enum(['true']).optional().describe('only Things that are said to be offline; not together with at'),
  at: atParam.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_THINGS).default(MAX_THINGS),
})

type ThingsQuery = z.output<typeof thingsQuery>

export const thingRoutes =
  ({ pool, clock, airIndexes, shared }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/things',
      {
        schema: {
          tags: ['things'],
          summary:
            'Things as GeoJSON, with the latest observation of each Datastream; with `at` as the registry described them then, without values',
          querystring: thingsQuery,
          response: { 200: thingFeatures },
        },
        serializerCompiler: plainJson,
      },
      async (request, reply) => {
        const { query } = request
        if (query.property !== undefined && !PROPERTIES.has(query.property)) {
          throw new AppError('PROPERTY_UNKNOWN', query.property)
        }
        const { at } = query
        if (at !== undefined) return thingsAt(query, at)
        return shared.send(request, reply, () => thingsNow(query))
      },
    )

    async function thingsNow(query: ThingsQuery) {
      const zoneId = query.zone === undefined ? undefined : await requireZone(pool, query.zone)
      const filter = { ...query, domains: query.domain, zoneId, key: query.thing, offline: query.offline === 'true' }
      const [{ rows, total }, air] = await Promise.all([selectThings(pool, filter), airIndexes()])
      if (query.thing !== undefined && total === 0 && isAlone(query)) throw new AppError('THING_UNKNOWN', query.thing)
      const now = clock().getTime()
      const offline = await offlineSinces(pool, rows)
      // one that measured something since it was said to be offline is not
      const wanted = filter.offline ? rows.filter(({ id }) => offline.has(id)) : rows
      const features = wanted.map((row) => thingFeature(row, air, now, offline))
      return { type: 'FeatureCollection' as const, features, total, truncated: total > rows.length }
    }

    async function thingsAt(query: ThingsQuery, at: string) {
      const now = clock()
      if (new Date(at) > now) throw refused('at', at, `must not lie in the future: ${now.toISOString()} at the latest`)
      if (query.offline) throw refused('offline', query.offline, 'is known of now only: leave out either offline or at')
      const filter = { ...query, domains: query.domain, key: query.thing }
      const { rows, total, begins } = await selectThingsAt(pool, new Date(at), filter)
      if (query.thing !== undefined && total === 0 && isAlone(query)) throw new AppError('THING_UNKNOWN', query.thing)
      return {
        type: 'FeatureCollection' as const,
        features: rows.map(featureThen),
        ...{ total, truncated: total > rows.length },
        ...(begins && { registryBegins: begins.toISOString() }),
      }
    }

    app.patch(
      '/things/:key',
      {
        schema: {
          tags: ['things'],
          summary: 'Change the registry entry of a Thing',
          params: z.object({ key: keyParam }),
          body: thingChange,
          response: { 200: thingFeatures.shape.features.element },
        },
      },
      async ({ actor, params, body }) => {
        const { key } = await changeThing(pool, actor, params.key, body)
        const { rows } = await selectThings(pool, { key, limit: 1 })
        const row = rows[0]
        if (!row) throw new AppError('THING_UNKNOWN', params.key)
        return thingFeature(row, await airIndexes(), clock().getTime(), await offlineSinces(pool, rows))
      },
    )
  }

/** Only the key was requested: then its absence is an error, not an empty list. */
const isAlone = (query: ThingsQuery): boolean =>
  query.domain === undefined && query.zone === undefined && query.bbox === undefined && query.property === undefined

const refused = (field: string, value: string, problem: string): ProblemError =>
  new ProblemError('REQUEST_INVALID', `${field} = "${value}": ${problem}`, [{ field, value: `"${value}"`, problem }])

function featureThen({
  geometry,
  lon: _,
  lat: __,
  expected_interval_s,
  datastreams,
  ...row
}: ThingAtRow): ThingFeature {
  const { validFrom, validTo, ...properties } = row
  return {
    type: 'Feature',
    id: row.key,
    geometry,
    properties: {
      ...properties,
      expectedIntervalSeconds: expected_interval_s,
      offlineSince: null,
      datastreams: datastreams.map((stream) => ({ ...stream, latest: null })),
      airIndex: null,
      validity: { from: validFrom.toISOString(), to: validTo?.toISOString() ?? null },
    },
  }
}

/** Things of one answer for which the first of several messages that they are offline is looked up. */
const MAX_OFFLINE_DATED = 1_000

/** Of a Thing that promised nothing, data is old after this long. */
const DEFAULT_INTERVAL_S = 3600

function thingFeature(
  row: ThingRow,
  air: AirIndexes,
  now: number,
  offlineOf: ReadonlyMap<number, number>,
): ThingFeature {
  const { geometry, datastreams, expected_interval_s, ...properties } = row
  const of = { expectedIntervalSeconds: expected_interval_s, attributes: row.attributes }
  // what it measured before it was said to be offline is old at once, until it is measured again
  const said = newestOf(datastreams).find(isAvailability)
  const offline = said?.result === 0 ? said.time : Number.NEGATIVE_INFINITY
  const since = offlineOf.get(row.id)
  const summaryOf = (tuple: DatastreamTuple) => {
    const interval = expectedIntervalOf(of, { property: tuple[1], channel: tuple[2] })
    const late = now - 3 * 1000 * (interval ?? DEFAULT_INTERVAL_S)
    const own = interval !== null && interval !== expected_interval_s ? { expectedIntervalSeconds: interval } : {}
    return { ...summary(tuple, Math.max(late, offline)), ...own }
  }
  return {
    type: 'Feature',
    id: row.key,
    geometry,
    properties: {
      ...properties,
      expectedIntervalSeconds: expected_interval_s,
      offlineSince: since === undefined ? null : new Date(since).toISOString(),
      datastreams: datastreams.map(summaryOf),
      airIndex: air.byThing.get(row.id) ?? null,
    },
  }
}

/** What is said of a Thing's own state, with the newest of everything else. */
const newestOf = (datastreams: readonly DatastreamTuple[]): Newest[] =>
  // few Things say anything of themselves
  (datastreams.some(([, property]) => property === 'online') ? datastreams : []).flatMap(
    ([, property, channel, , time, result, , reasons]) =>
      time === null || result === null
        ? []
        : [{ property, channel, time, result, isRetained: ((reasons ?? 0) & REASONS.retained_state) !== 0 }],
  )

/** Since when each Thing that is offline has been; a repeated message does not begin it anew. */
async function offlineSinces(db: Queryable, rows: readonly ThingRow[]): Promise<ReadonlyMap<number, number>> {
  const offline = rows.flatMap(({ id, datastreams }) => {
    const newest = newestOf(datastreams)
    const stream = datastreams.find(([, property, channel]) => isAvailability({ property, channel }))
    const at = offlineAt(newest)
    return at === null || !stream ? [] : [{ thing: id, stream: stream[0], at, heard: lastHeard(newest) ?? null }]
  })
  const since = await selectOfflineSince(db, offline.slice(0, MAX_OFFLINE_DATED))
  return new Map(offline.map(({ thing, stream, at }) => [thing, since.get(stream) ?? at]))
}

function summary([id, property, channel, unit, time, result, quality, reasons]: DatastreamTuple, staleBefore: number) {
  const stream = { id, property, channel, unit }
  if (time === null || result === null || quality === null) return { ...stream, latest: null }
  const stale = time < staleBefore
  return {
    ...stream,
    latest: { time: new Date(time).toISOString(), result, quality, reasons: reasonsOf(reasons ?? 0), stale },
  }
}
