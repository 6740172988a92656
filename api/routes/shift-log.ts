import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireUnrestricted } from '#domain/access/within.ts'
import { acceptHandover, eraseText, handOver, writeNote } from '#domain/alerting/shift-log.ts'
import type { Actor } from '#model/access/actor.ts'
import { handoverBody, shiftEntrySchema, shiftLogResponse, shiftNoteBody } from '#model/api/shift-log.ts'
import { AppError } from '#model/basics/errors.ts'
import { cursorParam, readCursor, writeCursor } from '../http/cursor.ts'
import { forbidStoring } from '../http/no-store.ts'
import { idParam } from '../http/params.ts'
import { selectEntries, selectEntry, selectWaiting } from '../queries/shift-log.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['alerts']
/** It is read by those who are responsible for the whole city. */
const OF_ALL = 'the shift log, which is of the whole city,'
const byId = z.object({ id: idParam })
const listQuery = z.object({
  incident: idParam.optional().describe('only entries about this incident'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: cursorParam.optional(),
})

/** What operators write down, and the hand-over between them. */
export const shiftLogRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    forbidStoring(app)
    const answer = async (actor: Actor, id: number) => {
      const entry = await selectEntry(pool, actor, id)
      if (!entry) throw new AppError('SHIFT_ENTRY_UNKNOWN', String(id))
      return entry
    }
    app.get(
      '/shift-log',
      {
        schema: {
          tags,
          summary: 'Entries of the shift log, newest first, and the hand-over that waits to be accepted',
          querystring: listQuery,
          response: { 200: shiftLogResponse },
        },
      },
      async ({ actor, query: { incident, limit, cursor } }) => {
        const before = cursor === undefined ? undefined : readCursor(cursor)
        const of = incident === undefined ? undefined : String(incident)
        const rows = await selectEntries(pool, actor, { before, incident: of, limit: limit + 1 })
        const entries = rows.slice(0, limit)
        const last = entries.at(-1)
        const next = rows.length > limit && last ? writeCursor(Number(last.id)) : null
        return { entries, next, waiting: await selectWaiting(pool, actor) }
      },
    )
    app.post(
      '/shift-log',
      {
        schema: {
          tags,
          summary: 'Write an entry; its author is whoever sends it',
          body: shiftNoteBody,
          response: { 201: shiftEntrySchema },
        },
      },
      async ({ actor, body: { text, at, incidents } }, reply) => {
        requireUnrestricted(actor, OF_ALL)
        const now = clock()
        const id = await writeNote(pool, { by: actor, text, incidents, at: at ? new Date(at) : now, now })
        return reply.status(201).send(await answer(actor, id))
      },
    )
    app.post(
      '/shift-log/handovers',
      {
        schema: {
          tags,
          summary: 'Hand over: an entry with the incidents that are open, which the next operator accepts',
          body: handoverBody,
          response: { 201: shiftEntrySchema },
        },
      },
      async ({ actor, body: { text } }, reply) => {
        requireUnrestricted(actor, OF_ALL)
        const id = await handOver(pool, { by: actor, text, now: clock() })
        return reply.status(201).send(await answer(actor, id))
      },
    )
    app.post(
      '/shift-log/:id/accept',
      {
        schema: {
          tags,
          summary: 'Accept a hand-over, which is not one’s own',
          params: byId,
          response: { 200: shiftEntrySchema },
        },
      },
      async ({ actor, params: { id } }) => {
        requireUnrestricted(actor, OF_ALL)
        await acceptHandover(pool, id, { by: actor, now: clock() })
        return answer(actor, id)
      },
    )
    app.delete(
      '/shift-log/:id/text',
      {
        schema: {
          tags,
          summary: 'Erase the text of an entry that holds personal data; the entry stays',
          params: byId,
          response: { 200: shiftEntrySchema },
        },
      },
      async ({ actor, params: { id } }) => {
        await eraseText(pool, id, { by: actor, now: clock() })
        return answer(actor, id)
      },
    )
  }
