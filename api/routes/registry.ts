import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireUnrestricted } from '#domain/access/within.ts'
import * as registry from '#model/api/registry.ts'
import { cursorParam, readCursor, writeCursor } from '../http/cursor.ts'
import { idParam, keyParam } from '../http/params.ts'
import { deleteMapping, putMapping, selectLearned, selectMappings, selectUnmapped } from '../queries/mappings.ts'
import { requireRegistryThing, selectRegistry } from '../queries/registry.ts'
import { selectChanges } from '../queries/registry-changes.ts'
import { calibrate } from '../registry/calibrate.ts'
import { changeThing, confirmThings, renameThing } from '../registry/change-thing.ts'
import { mergeThings } from '../registry/merge-things.ts'
import { deleteReplacement, recordReplacement } from '../registry/meter-replacements.ts'
import type { ApiDeps } from './deps.ts'
import { payloadRoutes } from './payloads.ts'

const tags = ['registry']
const boolParam = z.enum(['true', 'false']).transform((text) => text === 'true')

const thingsQuery = z.object({
  verified: boolParam.optional().describe('false: Things that registered themselves and nobody has confirmed'),
  search: z.string().max(200).optional().describe('part of the key or the name'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  after: keyParam.optional().describe('`next` of the page before'),
})
const changesQuery = z.object({
  subject: keyParam.optional().describe('key of a Thing as it was named then, or a field'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: cursorParam.optional(),
})
const byKey = z.object({ key: keyParam })

export const registryRoutes =
  ({ pool }: Pick<ApiDeps, 'pool'>): FastifyPluginAsyncZod =>
  async (app) => {
    await app.register(thingRoutes({ pool }))
    await app.register(meterRoutes({ pool }))
    await app.register(mappingRoutes({ pool }))
    await app.register(payloadRoutes({ pool }))
    app.get(
      '/registry/changes',
      {
        schema: {
          tags,
          summary: 'Who changed what in the registry, newest first',
          querystring: changesQuery,
          response: { 200: registry.changesResponse },
        },
      },
      async ({ query: { subject, limit, cursor } }) => {
        const before = cursor === undefined ? null : readCursor(cursor)
        const rows = await selectChanges(pool, { subject, before, limit: limit + 1 })
        const changes = rows.slice(0, limit)
        const last = changes.at(-1)
        return { changes, next: rows.length > limit && last ? writeCursor(Number(last.id)) : null }
      },
    )
  }

const thingRoutes =
  ({ pool }: Pick<ApiDeps, 'pool'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/registry/things',
      {
        schema: {
          tags,
          summary: 'Things with everything a person may change of them',
          querystring: thingsQuery,
          response: { 200: registry.registryThings },
        },
      },
      async ({ query }) => {
        const { things, total } = await selectRegistry(pool, { ...query, limit: query.limit + 1 })
        const page = things.slice(0, query.limit)
        return { things: page, total, next: things.length > query.limit ? (page.at(-1)?.key ?? null) : null }
      },
    )
    app.get(
      '/registry/things/:key',
      {
        schema: {
          tags,
          summary: 'One Thing; a former key leads to it as well',
          params: byKey,
          response: { 200: registry.registryThing },
        },
      },
      ({ params }) => requireRegistryThing(pool, params.key),
    )
    app.patch(
      '/registry/things/:key',
      {
        schema: {
          tags,
          summary: 'Change a Thing',
          params: byKey,
          body: registry.thingChange,
          response: { 200: registry.registryThing },
        },
      },
      ({ actor, params, body }) => changeThing(pool, actor, params.key, body),
    )
    app.post(
      '/registry/things/confirm',
      {
        schema: {
          tags,
          summary: 'Confirm Things that registered themselves',
          body: registry.confirmRequest,
          response: { 200: registry.confirmResponse },
        },
      },
      async ({ actor, body }) => ({ confirmed: await confirmThings(pool, actor, body.keys) }),
    )
    app.post(
      '/registry/things/:key/rename',
      {
        schema: {
          tags,
          summary: 'Give a Thing another key; the former one keeps leading to it',
          params: byKey,
          body: registry.renameRequest,
          response: { 200: registry.registryThing },
        },
      },
      ({ actor, params, body }) => renameThing(pool, actor, params.key, body.key),
    )
    app.post(
      '/registry/things/:key/merge',
      {
        schema: {
          tags,
          summary: 'Merge a Thing into another, with its history',
          description:
            'Names, former keys and Datastreams of the Thing go over to `into`. Of observations that both have of one time, those of `into` are kept; the others are counted. Asked for again, an interrupted merge is taken up where it ended.',
          params: byKey,
          body: registry.mergeRequest,
          response: { 200: registry.mergeResponse },
        },
      },
      async ({ actor, params, body }) => {
        const merged = await mergeThings(pool, actor, params.key, body.into)
        return { thing: await requireRegistryThing(pool, params.key), ...merged }
      },
    )
    app.put(
      '/registry/things/:key/calibrations',
      {
        schema: {
          tags,
          summary: 'Calibrate an instrument from a time on',
          description:
            'calibrated = gain * raw + offset, in the canonical unit. Raw observations stay as they are; the calibrated ones are a Datastream of their own, channel `calibrated`, for the history as well.',
          params: byKey,
          body: registry.calibrationRequest,
          response: { 200: registry.calibrationResponse },
        },
      },
      async ({ actor, params, body }) => {
        const computed = await calibrate(pool, actor, params.key, body)
        return { thing: await requireRegistryThing(pool, params.key), computed }
      },
    )
  }

const meterRoutes =
  ({ pool }: Pick<ApiDeps, 'pool'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.put(
      '/registry/things/:key/meter-replacements',
      {
        schema: {
          tags,
          summary: 'Record that a meter was replaced',
          description:
            'Readings stay as they are. What the meter counted across the replacement is `finalReading` less the last reading before, and the first reading after less `startReading`; what is not given is not counted. Without a record a replacement is inferred from the readings, and nothing counts across it.',
          params: byKey,
          body: registry.meterReplacementRequest,
          response: { 200: registry.registryThing },
        },
      },
      async ({ actor, params, body }) => {
        await recordReplacement(pool, actor, params.key, body)
        return requireRegistryThing(pool, params.key)
      },
    )
    app.delete(
      '/registry/things/:key/meter-replacements/:id',
      {
        schema: {
          tags,
          summary: 'Take the record of a replacement back',
          params: byKey.extend({ id: idParam }),
          response: { 200: registry.registryThing },
        },
      },
      async ({ actor, params }) => {
        await deleteReplacement(pool, actor, params.key, params.id)
        return requireRegistryThing(pool, params.key)
      },
    )
  }

const mappingRoutes =
  ({ pool }: Pick<ApiDeps, 'pool'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/registry/unmapped',
      {
        schema: {
          tags,
          summary: 'Numbers in payloads that nothing maps to a property, most frequent first',
          querystring: z.object({ all: boolParam.default(false).describe('also those that are mapped by now') }),
          response: { 200: registry.unmappedResponse },
        },
      },
      async ({ query }) => ({ fields: await selectUnmapped(pool, query) }),
    )
    app.get(
      '/registry/mappings',
      {
        schema: {
          tags,
          summary: 'What people have mapped, and what follows from it for profiles',
          response: { 200: registry.mappingsResponse },
        },
      },
      async () => ({ mappings: await selectMappings(pool), learned: await selectLearned(pool) }),
    )
    app.put(
      '/registry/mappings',
      {
        schema: {
          tags,
          summary: 'Say what a field means',
          description:
            'For one device, for the devices of a profile, for a format, or for all. Ingest workers read by it within two seconds; then replay the kept messages with POST /ingest/rejected/replay and `field`.',
          body: registry.mappingRequest,
          response: { 200: registry.mappingSchema },
        },
      },
      ({ actor, body }) => {
        requireUnrestricted(actor, 'a mapping, which applies to all of them,')
        return putMapping(pool, actor, body)
      },
    )
    app.delete(
      '/registry/mappings/:id',
      {
        schema: {
          tags,
          summary: 'Take a mapping back; what was stored by it stays',
          params: z.object({ id: idParam }),
          response: { 204: z.null() },
        },
      },
      async ({ actor, params }, reply) => {
        requireUnrestricted(actor, 'a mapping, which applies to all of them,')
        await deleteMapping(pool, actor, params.id)
        return reply.status(204).send(null)
      },
    )
  }
