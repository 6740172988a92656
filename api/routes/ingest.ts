import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireUnrestricted } from '#domain/access/within.ts'
import { checkInvariants } from '#domain/invariants/invariants.ts'
import { may } from '#model/access/actor.ts'
import {
  checkResponse,
  ledgerResponse,
  rejectedResponse,
  replayRequest,
  replayResponse,
  thingLedgerResponse,
} from '#model/api/ingest.ts'
import { AppError } from '#model/basics/errors.ts'
import { createReadAudit } from '../access/read-audit.ts'
import { cursorParam, readCursor, writeCursor } from '../http/cursor.ts'
import { keyParam, readWindow, windowParams } from '../http/params.ts'
import { selectLedger } from '../queries/ledger.ts'
import { selectReasons, selectRejected } from '../queries/rejected.ts'
import { selectThingLedger } from '../queries/thing-ledger.ts'
import { untilInForce } from '../registry/in-force.ts'
import { replay } from '../replay/replay.ts'
import type { ApiDeps } from './deps.ts'

const rejectedQuery = z.object({
  reason: keyParam.optional(),
  source: keyParam.optional(),
  field: keyParam.optional().describe('an unmapped field it holds: full path or last part'),
  topic: keyParam.optional().describe('part of the topic'),
  device: keyParam.optional().describe('ignored, not approved or not registered: because of this device'),
  ...windowParams,
  replayed: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('false: only what was not replayed yet'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: cursorParam.optional(),
})

const ledgerQuery = z.object({
  by: z.enum(['source', 'thing']).default('source'),
  thing: keyParam.optional().describe('by=thing: key of one Thing'),
  from: z.iso.date().optional().describe('by=thing: first day of arrival, UTC'),
  to: z.iso.date().optional().describe('by=thing: last day of arrival, UTC'),
})

export const ingestRoutes =
  ({ pool, clock, live }: Pick<ApiDeps, 'pool' | 'clock' | 'live'>): FastifyPluginAsyncZod =>
  async (app) => {
    const recordRead = createReadAudit({ pool, clock })
    const tags = ['ingest']
    app.get(
      '/ingest/ledger',
      {
        schema: {
          tags,
          summary: 'received = stored + duplicate + rejected + in flight, by source; or observations by Thing and day',
          querystring: ledgerQuery,
          response: { 200: z.union([ledgerResponse, thingLedgerResponse]) },
        },
      },
      async ({ query }) => (query.by === 'thing' ? selectThingLedger(pool, query) : selectLedger(pool, clock())),
    )
    app.get(
      '/ingest/check',
      {
        schema: {
          tags,
          summary: 'Whether anything was lost or contradicts: the invariants of the database, from one snapshot',
          description:
            'Counts every observation: seconds to minutes. `npm run check` does the same on a database server.',
          response: { 200: checkResponse },
        },
      },
      async () => {
        const findings = await checkInvariants(pool)
        return { holds: findings.every(({ holds }) => holds), findings }
      },
    )
    app.get(
      '/ingest/rejected',
      {
        schema: {
          tags,
          summary: 'Messages that were not understood, newest first, with the reason',
          description:
            'With the key also their bytes; a page ends early where these would be more than 1.5 MB. Without it `text` and `base64` are null: devices of households send some of them.',
          querystring: rejectedQuery,
          response: { 200: rejectedResponse },
        },
      },
      async ({ actor, query: { limit, cursor, ...query } }) => {
        const { from, to, device, ...rest } = query
        const withPayload = may(actor, 'payloads', false)
        const filter = { ...rest, ...arrival({ from, to }), ...(device !== undefined && { devices: [device] }) }
        const before = cursor === undefined ? null : readCursor(cursor)
        const [{ messages, next }, reasons] = await Promise.all([
          selectRejected(pool, filter, { before, limit, withPayload }),
          selectReasons(pool, filter),
        ])
        if (withPayload) await recordRead({ by: actor, what: 'rejected', query, messages: messages.length })
        const total = reasons.reduce((sum, reason) => sum + reason.n, 0)
        return { messages, reasons, total, next: next === null ? null : writeCursor(next) }
      },
    )
    app.post(
      '/ingest/rejected/replay',
      {
        schema: {
          tags,
          summary: 'Send rejected messages through the door again, with the time at which they first came',
          description:
            'By `ids`; or with `all` everything, or everything of a `reason`, `source`, unmapped `field`, `topicFilter`, part of a `topic` and time of arrival that was not replayed yet. Waits until a change of the registry is in force. Messages of which only the beginning was kept are skipped and counted.',
          body: replayRequest,
          response: { 200: replayResponse },
        },
      },
      async ({ actor, body: { all: _, ids, from, to, device, ...filter } }) => {
        requireUnrestricted(actor, 'the replay of messages of all devices')
        const devices = device === undefined ? undefined : [device]
        const wanted = { ...filter, ...arrival({ from, to }), devices, ids: ids?.map(readId) }
        await untilInForce(pool, sleep)
        return replay({ pool, live, clock }, wanted)
      },
    )
  }

/** A window of the arrival, each end of which may be open. @throws AppError INTERVAL_REVERSED */
function arrival({ from, to }: { from?: string | undefined; to?: string | undefined }): { from?: Date; to?: Date } {
  if (from !== undefined && to !== undefined) return readWindow({ from, to }, new Date(to), 0)
  return { ...(from !== undefined && { from: new Date(from) }), ...(to !== undefined && { to: new Date(to) }) }
}

function readId(id: string): number {
  if (!/^\d{1,15}$/.test(id)) throw new AppError('REQUEST_INVALID', `ids: "${id}" is not the id of a rejected message`)
  return Number(id)
}
