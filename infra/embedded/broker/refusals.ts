/** What the broker refuses: counted each time, logged once for each client and reason. */
import { Counter, type Registry } from 'prom-client'

export type RefusalReason = 'credentials' | 'client_id' | 'topic' | 'connections' | 'sessions' | 'retained'

/** An error that ends a connection and is logged here, not once for every attempt. */
export class RefusedError extends Error {}

export interface Refusals {
  /** `subject`: the client, or what else is limited */
  count(reason: RefusalReason, subject: string, detail: string): void
  readonly counts: ReadonlyMap<RefusalReason, number>
}

/** Clients choose their identifiers: so many are remembered as logged, further ones are only counted. */
const MAX_LOGGED = 1_000
const MAX_SUBJECT_SHOWN = 80

export function createRefusals(options: {
  log?: { warn(message: string): void } | undefined
  metrics?: Registry | undefined
}): Refusals {
  const counts = new Map<RefusalReason, number>()
  const logged = new Set<string>()
  const counter = new Counter({
    name: 'citywell_broker_refused_total',
    help: 'Connections and messages that the embedded broker refused',
    labelNames: ['reason'],
    registers: options.metrics ? [options.metrics] : [],
  })
  return {
    counts,
    count: (reason, subject, detail) => {
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
      counter.inc({ reason })
      const shown = subject.slice(0, MAX_SUBJECT_SHOWN)
      const key = `${reason} ${shown}`
      if (logged.size >= MAX_LOGGED || logged.has(key)) return
      logged.add(key)
      options.log?.warn(`${shown}: ${detail}; refused, and counted from now on`)
    },
  }
}
