import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Part, readiness, readyResponse } from '#model/api/ready.ts'
import { createDatabaseProbe } from '../http/database-probe.ts'
import type { ApiDeps } from './deps.ts'

export const healthRoutes =
  ({ pool, live, parts: otherParts = () => ({}) }: Pick<ApiDeps, 'pool' | 'live' | 'parts'>): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['operation']
    const databaseParts = createDatabaseProbe(pool)
    app.get(
      '/health',
      {
        schema: { tags, summary: 'The process is alive', response: { 200: z.object({ status: z.literal('alive') }) } },
      },
      async () => ({ status: 'alive' as const }),
    )
    app.get(
      '/ready',
      {
        schema: {
          tags,
          summary:
            'Every part does its work: database, schema, live feed, and the ingest where it is in this process; 503 says which part is missing',
          response: { 200: readyResponse, 503: readyResponse },
        },
      },
      async (_request, reply) => {
        const parts = { ...(await databaseParts()), live: livePart(live.subscribed()), ...otherParts() }
        const response = readiness(parts)
        return reply
          .status(response.status === 'ready' ? 200 : 503)
          .header('cache-control', 'no-store')
          .send(response)
      },
    )
  }

const livePart = (ok: boolean): Part => ({
  ok,
  detail: ok ? 'subscribed' : 'the broker has not confirmed the subscription',
})
