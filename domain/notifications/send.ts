/**
 * Messages to their receivers.
 *
 *     pending --accepted-------------------------> sent
 *     pending --failed, attempts left------------> pending, later
 *     pending --refused for good, or none left---> undeliverable
 *
 * A worker leases a message before it sends it, and renews the lease while it does. When the worker dies or hangs, the lease
 * expires and another one sends the message again, under the same id. A worker that wakes up after that sends nothing that it had
 * not begun to send, and records nothing. Leases have the time of the database, because the clocks of hosts differ.
 */
import type { Pool } from '#infra/db/pool.ts'
import { backoffMs } from '#infra/runtime/backoff.ts'
import { Renewal } from '#infra/runtime/renewal.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#model/basics/durations.ts'
import type { MessageContent } from '#model/notifications/message.ts'
import type { ChannelName } from '#model/notifications/receiver.ts'
import type { Outcome, SendMessage } from './channels/channel.ts'

export const MAX_ATTEMPTS = 20
const BACKOFF = { firstMs: 10 * SECOND_MS, maxMs: 15 * MINUTE_MS }
const MAX_RETRY_AFTER_MS = HOUR_MS
/** Renewed every three seconds. */
const LEASE_MS = 15 * SECOND_MS
const SEND_TIMEOUT_MS = 30 * SECOND_MS
/** Sent at a time by one worker; retries take half of it, so that receivers that hang do not delay others. */
const MAX_CONCURRENT = 16
const MAX_CONCURRENT_RETRIES = MAX_CONCURRENT / 2
const MAX_ERROR_LENGTH = 300

export type SendDeps = {
  readonly pool: Pool
  readonly clock: () => Date
  /** names this worker in leases; differs between processes */
  readonly worker: string
  readonly send: SendMessage
  /** for tests */
  readonly leaseMs?: number
  readonly sendTimeoutMs?: number
  /** 0 to 1, for the jitter of retries */
  readonly random?: () => number
  readonly onOutcome?: (channel: ChannelName, outcome: 'sent' | 'retry' | 'undeliverable') => void
}

type Leased = {
  readonly id: string
  readonly content: MessageContent
  readonly attempts: number
  readonly createdAt: Date
  readonly receiverId: number
  readonly channel: ChannelName
  readonly config: Readonly<Record<string, unknown>>
  readonly secret: Buffer | null
  readonly deleted: boolean
}
// First attempts before retries.
const LEASE = `
  with due as (
    select id, attempts, row_number() over (partition by attempts > 0 order by next_attempt_at, id) as place
    from notification_message
    where state = 'pending' and next_attempt_at <= $1 and (lease_until is null or lease_until <= now())
  ), chosen as (
    select m.id from notification_message m join due using (id)
    where place <= case when due.attempts > 0 then $5::int else $4::int end
      and m.state = 'pending' and (m.lease_until is null or m.lease_until <= now())
    order by due.attempts > 0, m.next_attempt_at limit $4::int
    for update of m skip locked
  ), leased as (
    update notification_message m set lease_until = clock_timestamp() + $2 * interval '1 millisecond', leased_by = $3,
      attempts = m.attempts + 1
    from chosen where m.id = chosen.id
    returning m.*
  )
  select l.id, l.content, l.attempts, l.created_at as "createdAt", r.id as "receiverId", r.channel, r.config, r.secret,
         r.deleted_at is not null as deleted
  from leased l join notification_receiver r on r.id = l.receiver_id`

const RENEW = `
  update notification_message set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
  where id = any($1::uuid[]) and leased_by = $2 and state = 'pending' and lease_until is not null`

/** What may be begun now: in all, and of these how many retries. */
export type Room = { readonly all: number; readonly retries: number }
export type Attempt = { readonly isRetry: boolean; readonly ended: Promise<void> }

/** What is left beside attempts that are under way. */
export function roomBeside(underWay: Iterable<Attempt>): Room {
  const retries = [...underWay].map(({ isRetry }) => isRetry)
  return {
    all: MAX_CONCURRENT - retries.length,
    retries: MAX_CONCURRENT_RETRIES - retries.filter(Boolean).length,
  }
}

/** Sends what is due. @returns attempts made */
export async function sendDue(deps: SendDeps): Promise<number> {
  const attempts = await beginDue(deps, roomBeside([]))
  await Promise.all(attempts.map(({ ended }) => ended))
  return attempts.length
}

/** Begins to send what is due. @returns the attempts; each ends by itself, and fails when the database does */
export async function beginDue(deps: SendDeps, room: Room): Promise<Attempt[]> {
  if (room.all <= 0) return []
  const { leaseMs = LEASE_MS, pool, worker } = deps
  const askedAtMs = performance.now()
  const { rows } = await pool.query<Leased>(LEASE, [deps.clock(), leaseMs, worker, room.all, Math.max(0, room.retries)])
  // Stopped until the lease was over: another worker may be sending them.
  if (rows.length === 0 || performance.now() >= askedAtMs + leaseMs) return []
  const ids = rows.map(({ id }) => id)
  const expired = new AbortController()
  const renewal = new Renewal({
    leaseMs,
    renew: async (ms) => ((await pool.query(RENEW, [ids, worker, ms])).rowCount ?? 0) > 0,
    onExpired: () => expired.abort(new Error('the lease expired before the message was sent')),
  })
  renewal.start(askedAtMs)
  const attempts = rows.map((message) => ({
    isRetry: message.attempts > 1,
    ended: attempt(deps, message, expired.signal),
  }))
  void Promise.allSettled(attempts.map(({ ended }) => ended)).then(() => renewal.stop())
  return attempts
}

async function attempt(deps: SendDeps, message: Leased, expired: AbortSignal): Promise<void> {
  const outcome = await outcomeOf(deps, message, expired)
  const at = deps.clock()
  if (outcome.ok) {
    await finish(deps, message, 'sent', null)
    deps.onOutcome?.(message.channel, 'sent')
    return
  }
  const error = outcome.error.slice(0, MAX_ERROR_LENGTH)
  if (!outcome.retry || message.attempts >= MAX_ATTEMPTS) {
    await finish(deps, message, 'undeliverable', outcome.retry ? `${error} (${message.attempts} attempts)` : error)
    deps.onOutcome?.(message.channel, 'undeliverable')
    return
  }
  const wait = backoffMs(BACKOFF, message.attempts - 1, deps.random?.())
  const waitMs = Math.max(wait, Math.min(outcome.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS))
  await deps.pool.query(RETRY, [...leaseOf(deps, message), new Date(at.getTime() + waitMs), error])
  deps.onOutcome?.(message.channel, 'retry')
}

async function outcomeOf(
  { send, sendTimeoutMs = SEND_TIMEOUT_MS }: SendDeps,
  message: Leased,
  expired: AbortSignal,
): Promise<Outcome> {
  if (message.deleted) return { ok: false, retry: false, error: 'the receiver was deleted' }
  // Every worker that tried it died over it.
  if (message.attempts > MAX_ATTEMPTS) return { ok: false, retry: false, error: 'no attempt was completed' }
  const { id, content, createdAt, channel, config, secret } = message
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(sendTimeoutMs), expired])
    return await send({ id, content, createdAt, channel, config, secret, signal })
  } catch (error) {
    return { ok: false, retry: true, error: error instanceof Error ? error.message : String(error) }
  }
}

// Only the holder of the lease records what became of it, and only of its last attempt.
const FINISH = `
  update notification_message set state = $4, last_error = $5, finished_at = $6, lease_until = null
  where id = $1 and leased_by = $2 and attempts = $3 and state = 'pending'`
const RETRY = `
  update notification_message set next_attempt_at = $4, last_error = $5, lease_until = null
  where id = $1 and leased_by = $2 and attempts = $3 and state = 'pending'`

const leaseOf = ({ worker }: SendDeps, { id, attempts }: Leased) => [id, worker, attempts] as const

async function finish(deps: SendDeps, message: Leased, state: 'sent' | 'undeliverable', error: string | null) {
  await deps.pool.query(FINISH, [...leaseOf(deps, message), state, error, deps.clock()])
}
