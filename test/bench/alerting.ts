/** Alerting as a user runs it, in processes of their own: many rules, from publish to notification, processes that are killed. */
import { benchKills } from './alerting/kills.ts'
import { benchNotification } from './alerting/notification.ts'
import { benchRules } from './alerting/rules-by-things.ts'

export type AlertingBenchOptions = {
  readonly rules: number
  readonly things: number
  readonly seconds: number
  /** messages a second that arrive besides those that alert */
  readonly rate: number
  readonly kills: number
  readonly killsFrom: number
}

export async function benchAlerting({
  rules,
  things,
  seconds,
  rate,
  kills,
  killsFrom,
}: AlertingBenchOptions): Promise<void> {
  if (rules > 0) await benchRules({ rules, things, seconds })
  if (seconds > 0) await benchNotification({ seconds, rate })
  if (kills > 0) await benchKills({ kills, from: killsFrom })
}
