import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireUnrestricted } from '#domain/access/within.ts'
import { archivedSources, archiveReplayRequest, archiveResponse, replayResponse } from '#model/api/ingest.ts'
import { createReadAudit } from '../access/read-audit.ts'
import { DAY_MS, keyParam, readWindow, windowParams } from '../http/params.ts'
import { selectArchived, selectArchivedSources } from '../queries/archive.ts'
import { untilInForce } from '../registry/in-force.ts'
import { replayArchive } from '../replay/replay.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['ingest']

const archiveQuery = z.object({
  source: keyParam.describe('name of the source in city.json'),
  topic: keyParam.optional().describe('part of the topic'),
  ...windowParams,
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** What archived sources have sent, word for word. Households sent some of it, so it is read with the key only. */
export const archiveRoutes =
  ({ pool, clock, live }: Pick<ApiDeps, 'pool' | 'clock' | 'live'>): FastifyPluginAsyncZod =>
  async (app) => {
    const recordRead = createReadAudit({ pool, clock })
    app.get(
      '/ingest/archive/sources',
      {
        schema: {
          tags,
          summary: 'Sources whose pack says `archive`: how many messages are kept, of what time, and until when',
          response: { 200: archivedSources },
        },
      },
      async () => ({ sources: await selectArchivedSources(pool) }),
    )
    app.get(
      '/ingest/archive',
      {
        schema: {
          tags,
          summary: 'Messages of an archived source as they came, newest first; the last day by default',
          querystring: archiveQuery,
          response: { 200: archiveResponse },
        },
      },
      async ({ actor, query: { limit, ...query } }) => {
        const { source, topic, ...window } = query
        const filter = { source, topic, ...readWindow(window, clock(), DAY_MS) }
        const found = await selectArchived(pool, filter, limit + 1)
        const messages = found.slice(0, limit)
        await recordRead({ by: actor, what: 'archive', query, messages: messages.length })
        return { messages, truncated: found.length > limit }
      },
    )
    app.post(
      '/ingest/archive/replay',
      {
        schema: {
          tags,
          summary: 'Send archived messages of a time through the door again',
          description:
            'Waits until a change of the registry is in force. What they say that is stored already counts as duplicate; a stored result is never replaced. Messages of which only the beginning was kept are skipped and counted.',
          body: archiveReplayRequest,
          response: { 200: replayResponse },
        },
      },
      async ({ actor, body: { source, topic, from, to } }) => {
        requireUnrestricted(actor, 'the replay of messages of all devices')
        const filter = { source, topic, ...readWindow({ from, to }, clock(), 0) }
        await untilInForce(pool, sleep)
        return replayArchive({ pool, live }, filter)
      },
    )
  }
