import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireUnrestricted } from '#domain/access/within.ts'
import { payloadDescription, payloadDescriptionRequest, payloadDescriptions, payloadName } from '#model/api/payloads.ts'
import { deletePayloadMapping, putPayloadMapping, selectPayloadMappings } from '../queries/payload-mappings.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['registry']
const WHAT = 'a description of messages, which applies to all devices,'
const byName = z.object({ name: payloadName })

/** Descriptions of messages that no format reads (docs/payloads.md). */
export const payloadRoutes =
  ({ pool }: Pick<ApiDeps, 'pool'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/registry/payloads',
      {
        schema: {
          tags,
          summary: 'How messages of topics are built, as described by people',
          response: { 200: payloadDescriptions },
        },
      },
      async () => ({ payloads: await selectPayloadMappings(pool) }),
    )
    app.put(
      '/registry/payloads/:name',
      {
        schema: {
          tags,
          summary: 'Describe how the messages of a topic filter are built',
          description:
            'The description takes precedence over the format of the source; among several that match, the most specific filter applies. Ingest workers read by it within two seconds; then replay the stored messages with POST /ingest/rejected/replay and the same filter as `topicFilter`.',
          params: byName,
          body: payloadDescriptionRequest,
          response: { 200: payloadDescription },
        },
      },
      ({ actor, params, body }) => {
        requireUnrestricted(actor, WHAT)
        return putPayloadMapping(pool, actor, params.name, body)
      },
    )
    app.delete(
      '/registry/payloads/:name',
      {
        schema: {
          tags,
          summary: 'Remove a description; what was stored with it stays',
          params: byName,
          response: { 204: z.null() },
        },
      },
      async ({ actor, params }, reply) => {
        requireUnrestricted(actor, WHAT)
        await deletePayloadMapping(pool, actor, params.name)
        return reply.status(204).send(null)
      },
    )
  }
