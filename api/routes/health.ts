import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { pendingMigrations } from '#infra/db/migrate.ts'
import { type Part, readiness, readyResponse } from '#model/api/ready.ts'
import type { ApiDeps } from './deps.ts'

const DATABASE_PATIENCE_MS = 3_000

export const healthRoutes =
  ({ pool, live, parts: otherParts = () => ({}) }: Pick<ApiDeps, 'pool' | 'live' | 'parts'>): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['operation']
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

    async function databaseParts(): Promise<{ database: Part; migrations: Part }> {
      try {
        const pending = await withPatience(pendingMigrations(pool))
        const detail = pending.length === 0 ? 'up to date' : `run "npm run migrate"; not applied: ${pending.join(', ')}`
        return { database: { ok: true, detail: 'answers' }, migrations: { ok: pending.length === 0, detail } }
      } catch {
        return {
          database: { ok: false, detail: 'does not answer' },
          migrations: { ok: false, detail: 'unknown while the database does not answer' },
        }
      }
    }
  }

const livePart = (ok: boolean): Part => ({
  ok,
  detail: ok ? 'subscribed' : 'the broker has not confirmed the subscription',
})

async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database took too long')), DATABASE_PATIENCE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
