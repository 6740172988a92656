import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '#infra/db/retry.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'
import { seedRules } from '../default-rules.ts'
import { Engine, type EngineOptions } from './engine.ts'

const PERIOD_MS = 15_000
/** How often an engine without the lease asks for it. */
const STANDBY_MS = 1_000
/** Between two passes that new measurements ask for. */
const MIN_GAP_MS = 1_000
const REST_FACTOR = 4

/**
 * A pass that takes long is not repeated at once: alerting takes at most a fifth of the time of one core, and half of the time
 * of the database. Waiting is no work: on a busy machine it is most of a pass.
 * @param cpuMs of the whole process
 */
export const restAfter = ({ tookMs, cpuMs }: { readonly tookMs: number; readonly cpuMs: number }): number =>
  Math.max(MIN_GAP_MS, tookMs, REST_FACTOR * Math.min(cpuMs, tookMs))

export type AlertingOptions = EngineOptions & {
  readonly log: Logger
  readonly clock: () => Date
  /** calls the listener when measurements were committed; returns how to stop */
  readonly onCommitted?: (listener: () => void) => () => void
  /** after each pass, with how long it took; undefined when another engine has the lease */
  readonly onPass?: (seconds: number | undefined) => void
}
export type Alerting = { readonly engine: Engine; close(): Promise<void> }

/** Evaluates the rules every 15 s, and sooner when measurements arrive. While the database is unreachable it keeps trying. */
export function startAlerting(options: AlertingOptions): Alerting {
  const { log, clock } = options
  const outage = new Outage()
  const repairOutage = new Outage()
  const engine = new Engine({
    ...options,
    onRuleError: (rule) => logRuleError(log, rule),
    onUncorrected: (datastreams) =>
      log.warn(
        { datastreams },
        'late data waited longer than 31 days for alert rules to be evaluated; the history of alerts before that is not corrected',
      ),
    onRepairError: (error) => {
      // undefined table or column: the schema is being made, and /ready says so
      if (['42P01', '42703'].includes((error as { code?: string }).code ?? '')) return
      if (repairOutage.note((error as Error).message))
        log.warn({ err: error }, 'late data not compared with the history of alerts; tried again with the next pass')
    },
  })
  const stop = new AbortController()
  let wake = new AbortController()
  const unsubscribe = options.onCommitted?.(() => wake.abort())
  let seeded = false
  let hasRun = false

  async function pass(): Promise<void> {
    try {
      if (!seeded) await seedRules(options.pool)
      seeded = true
      options.onPass?.(await timedPass(engine, clock()))
      hasRun = true
      const outageSeconds = outage.end()
      if (outageSeconds !== undefined) log.info({ outageSeconds }, 'alert rules are evaluated again')
    } catch (error) {
      const { message, code } = error as Error & { code?: string }
      const isUnavailable = isTransient(error) || code === '42P01'
      // at the start the database may still be opened, or its schema be made
      if (!hasRun && isUnavailable) return
      if (!outage.note(message)) return
      const fields = isUnavailable ? { reason: message } : { err: error }
      log.warn(
        fields,
        'alert rules not evaluated; their state is kept, and the next pass evaluates what this one missed',
      )
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const [startMs, before] = [performance.now(), process.cpuUsage()]
      wake = new AbortController()
      await pass()
      const { user, system } = process.cpuUsage(before)
      const rest = restAfter({ tookMs: performance.now() - startMs, cpuMs: (user + system) / 1_000 })
      await pause(rest, stop.signal)
      const periodMs = engine.state === 'waiting' ? STANDBY_MS : PERIOD_MS
      await pause(Math.max(0, periodMs - rest), AbortSignal.any([stop.signal, wake.signal]))
    }
  }
  const running = run()
  return {
    engine,
    close: async () => {
      unsubscribe?.()
      stop.abort()
      await running
      await engine.close()
    },
  }
}

/** @returns how long it took, in seconds; undefined when another engine has the lease */
async function timedPass(engine: Engine, now: Date): Promise<number | undefined> {
  const start = performance.now()
  const { evaluated } = await engine.pass(now)
  return evaluated ? (performance.now() - start) / 1000 : undefined
}

function logRuleError(log: Logger, { cause, ...rule }: Parameters<NonNullable<EngineOptions['onRuleError']>>[0]): void {
  if (rule.error === null) log.info(rule, 'alert rule is evaluated again')
  else
    log.warn(
      { ...rule, ...(cause !== undefined && { err: cause }) },
      'alert rule cannot be evaluated; its incidents keep their state',
    )
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => {})
