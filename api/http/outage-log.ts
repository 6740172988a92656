import type { Logger } from '#infra/runtime/log.ts'
import { Outage } from '#infra/runtime/outage.ts'

const PROBE_MS = 1_000

export type OutageLog = {
  /** A request has failed because the database was unreachable. */
  note(cause: string): void
  close(): void
}

/**
 * One line when the database becomes unreachable for requests and one when it is back, however many requests fail in between.
 *
 *     reachable  --note()-->  outage (logged; probed every second)  --a probe succeeds-->  reachable (logged)
 */
export function createOutageLog(log: Logger, probe: () => Promise<unknown>): OutageLog {
  const outage = new Outage()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const look = (): void => {
    timer = setTimeout(() => {
      probe().then(
        () => {
          timer = undefined
          const seconds = outage.end()
          if (seconds !== undefined) log.info(`database outage ended after ${seconds} s; requests are answered again`)
        },
        () => {
          if (!closed) look()
        },
      )
    }, PROBE_MS)
    timer.unref()
  }
  return {
    note: (cause) => {
      if (!outage.note(cause)) return
      log.error({ cause }, 'database outage started; requests that need it are answered with 503')
      if (!closed) look()
    },
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}
