import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { MINUTE_MS, SECOND_MS } from '#model/basics/durations.ts'
import type { Outcome } from './channels/channel.ts'
import { type ComposeDeps, composeDue } from './compose.ts'
import { remind } from './reminders.ts'
import { type Attempt, beginDue, roomBeside, type SendDeps, sendDue } from './send.ts'

const POLL_MS = 500
/** Several attempts that end at about the same time make one round. */
const GATHER_MS = 50
const REMIND_EVERY_MS = MINUTE_MS
/** After a failure that is not the database's. */
const FAILURE_PAUSE_MS = 10 * SECOND_MS
/** A database that cannot be used for longer is no start but an outage. */
const STARTING_MS = MINUTE_MS
/** Undefined table, column, function and schema (PostgreSQL, appendix A): not migrated yet. */
const SCHEMA_MISSING = new Set(['42P01', '42703', '42883', '3F000'])
/** Rounds of one run: messages of one receiver follow one another, without waiting for the next poll. */
const MAX_ROUNDS = 20

export type DispatchDeps = ComposeDeps &
  SendDeps & {
    readonly log: Logger
    /** called while messages are being sent: its absence tells whoever watches the URL that they are not */
    readonly heartbeat?: { readonly everyMs: number; readonly call: () => Promise<Outcome> } | undefined
  }

/**
 * Composes and sends everything that is due now. Several workers may do so at once: each message is sent by one of them.
 * @returns attempts made
 */
export async function dispatchDue(deps: DispatchDeps): Promise<number> {
  let attempts = 0
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const composed = await composeDue(deps, deps.clock())
    const sent = await sendDue(deps)
    attempts += sent
    if (composed === 0 && sent === 0) break
  }
  return attempts
}

/**
 * Dispatches until it is closed; `close` waits for what is being sent. While the database is unreachable nothing is lost. A round
 * waits for no receiver: what is sent slowly keeps its place, and the next round begins what there is room for.
 */
export function startDispatcher(deps: DispatchDeps): { close(): Promise<void> } {
  const stop = new AbortController()
  const outage = new Outage()
  const underWay = new Set<Attempt>()
  let wake = new AbortController()
  let remindedAt = Number.NEGATIVE_INFINITY
  let heartbeatAt = Number.NEGATIVE_INFINITY
  let beating: Promise<void> | undefined
  /** Until the first round worked, the database may still be starting or being migrated: /ready reports that. */
  let begun = false
  const startedAtMs = performance.now()

  async function round(): Promise<void> {
    const at = deps.clock()
    if (at.getTime() - remindedAt >= REMIND_EVERY_MS) {
      await remind(deps.pool, at)
      remindedAt = at.getTime()
    }
    for (let i = 0; i < MAX_ROUNDS; i += 1) {
      const composed = await composeDue(deps, deps.clock())
      const attempts = await beginDue(deps, roomBeside(underWay))
      for (const attempt of attempts) follow(attempt)
      if (composed === 0 && attempts.length === 0) break
    }
    begun = true
    const seconds = outage.end()
    if (seconds !== undefined) deps.log.info({ seconds }, 'notifications: outage ended')
    beating ??= beat(at.getTime())
      .catch(note)
      .then(() => {
        beating = undefined
      })
  }

  /** The next message to the same receiver, and what had no room, follow at once. */
  function follow(attempt: Attempt): void {
    underWay.add(attempt)
    void attempt.ended.catch(note).finally(() => {
      underWay.delete(attempt)
      wake.abort()
    })
  }

  // Only after a round that worked.
  async function beat(atMs: number): Promise<void> {
    const { heartbeat } = deps
    if (!heartbeat || atMs - heartbeatAt < heartbeat.everyMs) return
    heartbeatAt = atMs
    const outcome = await heartbeat.call()
    if (!outcome.ok)
      deps.log.warn({ reason: outcome.error }, 'heartbeat not received; it is sent again at the next interval')
  }

  /** @returns how long to wait until the next round */
  function note(error: unknown): number {
    const cause = error instanceof Error ? error.message : String(error)
    if ((begun || !isStarting(error)) && outage.note(cause))
      deps.log.warn({ err: error }, 'notifications: outage started; messages wait in the database')
    return isTransient(error) ? POLL_MS : FAILURE_PAUSE_MS
  }

  const isStarting = (error: unknown): boolean =>
    performance.now() - startedAtMs < STARTING_MS && (isTransient(error) || isSchemaMissing(error))

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      wake = new AbortController()
      const pauseMs = await round().then(() => POLL_MS, note)
      const isWorking = pauseMs === POLL_MS
      await pause(pauseMs, isWorking ? AbortSignal.any([stop.signal, wake.signal]) : stop.signal)
      if (isWorking && wake.signal.aborted) await pause(GATHER_MS, stop.signal)
    }
  }

  const running = run()
  return {
    close: async () => {
      stop.abort()
      await running
      await Promise.allSettled([...[...underWay].map(({ ended }) => ended), beating])
    },
  }
}

const isSchemaMissing = (error: unknown): boolean =>
  SCHEMA_MISSING.has(String((error as { code?: unknown } | null)?.code))

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => {})
