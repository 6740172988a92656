/**
 * The alarm for messages that stay in flight too long: something downstream is stuck or too slow, while the broker's
 * queue grows. Logged once when it starts and once when it ends; meanwhile the gauge and /ready show it.
 *
 *     in time  --oldest is older than the limit-->        late   (warning)
 *     late     --oldest is younger than half the limit--> in time
 */
import type { Logger } from '#infra/runtime/log.ts'

export type AgeWatch = {
  readonly late: boolean
  stop(): void
}
export type AgeWatchOptions = {
  readonly limitMs: number
  readonly read: () => { readonly oldestMs: number; readonly messages: number }
  readonly log: Pick<Logger, 'warn' | 'info'>
}

const CHECK_MS = 1_000

export function watchInFlightAge({ limitMs, read, log }: AgeWatchOptions): AgeWatch {
  let late = false
  const check = (): void => {
    const { oldestMs, messages } = read()
    const detail = { oldestS: Math.round(oldestMs / 1000), inFlight: messages }
    if (!late && oldestMs > limitMs) {
      late = true
      log.warn(detail, 'commit of messages delayed; the broker queues what follows')
    } else if (late && oldestMs < limitMs / 2) {
      late = false
      log.info(detail, 'commit of messages no longer delayed')
    }
  }
  const timer = setInterval(check, Math.min(CHECK_MS, limitMs / 4))
  timer.unref()
  return {
    get late() {
      return late
    },
    stop: () => clearInterval(timer),
  }
}
