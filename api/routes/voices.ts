import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import * as contract from '#model/api/voices.ts'
import { HOUR_MS, limited } from '../http/limited.ts'
import { createRateLimit } from '../http/rate-limit.ts'
import { voiceAggregates } from '../voices/aggregates.ts'
import { moderate, selectQueue } from '../voices/moderation.ts'
import { voiceStatus } from '../voices/status.ts'
import { addVoice, eraseVoice } from '../voices/store.ts'
import type { ApiDeps } from './deps.ts'

/** A household speaks a few times; a city of 60,000 does not speak more than this in an hour. */
const SPEAK = { perAddress: 5, overall: 600 }
/** A mistyped code may be tried again; codes cannot be guessed in any case. */
const ERASE = { perAddress: 20, overall: 600 }
/** Place, four numbers and a text of 500 characters. */
const BODY_LIMIT_BYTES = 8_192
const tags = ['voices']

/** What residents tell without a name. Nothing in here logs or keeps an address. */
export const voiceRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    const speak = createRateLimit({ ...SPEAK, windowMs: HOUR_MS, clock })
    const erase = createRateLimit({ ...ERASE, windowMs: HOUR_MS, clock })
    app.post(
      '/voices',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        config: { tidiesText: ['comment'] },
        preHandler: limited(speak),
        schema: {
          tags,
          summary: 'Tell how it is where you live: no account, no name, a zone or a coarse cell for a place',
          description:
            'The answer holds a code, told this once, that erases the voice. A comment shows only after a person has read it. Five an hour from one address, of which no trace is kept.',
          body: contract.newVoice,
          response: { 201: contract.voiceReceipt },
        },
      },
      async ({ body }, reply) => {
        const code = await addVoice({ pool, clock }, body)
        return reply.status(201).header('cache-control', 'no-store').send({ code })
      },
    )
    app.delete(
      '/voices',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        preHandler: limited(erase),
        schema: {
          tags,
          summary: 'Erase a voice, by its code',
          body: contract.voiceErasure,
          response: { 200: contract.erasedResponse },
        },
      },
      async ({ body }) => {
        await eraseVoice({ pool, clock }, body.code)
        return { erased: true as const }
      },
    )
    app.get(
      '/voices/aggregates',
      {
        schema: {
          tags,
          summary: 'What voices say by topic and place; not a sample, and small groups are not shown',
          response: { 200: contract.voiceAggregates },
        },
      },
      () => voiceAggregates({ pool, clock }),
    )
    app.post(
      '/voices/status',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        preHandler: limited(erase),
        schema: {
          tags,
          summary: 'What became of a voice, by its code; counts against the same limit as erasures',
          body: contract.voiceStatusRequest,
          response: { 200: contract.voiceStatusResponse },
        },
      },
      async ({ body }, reply) => {
        reply.header('cache-control', 'no-store')
        return voiceStatus(pool, body.code)
      },
    )
    await app.register(moderationRoutes({ pool, clock }))
  }

const moderationRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/voices/moderation',
      {
        schema: {
          tags,
          summary: 'Texts that wait for somebody to read them',
          querystring: z.object({ limit: z.coerce.number().int().min(1).max(100).default(50) }),
          response: { 200: contract.moderationQueue },
        },
      },
      async ({ query }, reply) => {
        reply.header('cache-control', 'no-store')
        return selectQueue(pool, query.limit)
      },
    )
    app.post(
      '/voices/moderation',
      {
        schema: {
          tags,
          summary: 'Approve texts, or refuse them, which deletes the text',
          body: contract.moderation,
          response: { 200: contract.moderationResult },
        },
      },
      ({ body }) => moderate({ pool, clock }, body),
    )
  }
