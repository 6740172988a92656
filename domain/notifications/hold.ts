import type { PoolClient } from '#infra/db/pool.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import type { EventKind, NotificationEvent, Severity } from '#model/notifications/event.ts'
import { type Matchers, matchesEvent } from '#model/notifications/matchers.ts'
import { type WeeklyWindow, windowEnd } from '#model/notifications/weekly-windows.ts'

export type QuietHours = {
  readonly windows: readonly WeeklyWindow[]
  /** are sent all the same */
  readonly exceptSeverities: readonly Severity[]
}
export type HoldReason = 'silence' | 'maintenance' | 'quiet_hours' | 'limit'
/** Not sent now, and looked at again at `until`. */
export type Hold = { readonly reason: HoldReason; readonly until: Date }

type Silence = { readonly matchers: Matchers; readonly endsAt: Date }
type Maintenance = {
  readonly matchers: Matchers
  readonly windows: readonly WeeklyWindow[]
  readonly endsAt: Date | null
}
export type Suppression = {
  readonly silences: readonly Silence[]
  readonly maintenance: readonly Maintenance[]
  readonly timeZone: string
}

const SILENCES = `
  select matchers, ends_at as "endsAt" from notification_silence where starts_at <= $1 and ends_at > $1`
const MAINTENANCE = `
  select matchers, windows, ends_at as "endsAt" from notification_maintenance
  where (starts_at is null or starts_at <= $1) and (ends_at is null or ends_at > $1)`

/** What is in force at an instant. */
export async function readSuppression(client: PoolClient, at: Date, timeZone: string): Promise<Suppression> {
  const silences = (await client.query<Silence>(SILENCES, [at])).rows
  const maintenance = (await client.query<Maintenance>(MAINTENANCE, [at])).rows
  return { silences, maintenance, timeZone }
}

/** What ends something that was notified is notified during a silence too; otherwise it would seem to last. */
const PASSES_SILENCE: ReadonlySet<EventKind> = new Set(['resolved', 'closed', 'back', 'acknowledged'])

/** Whether an event must wait at this instant, and until when; undefined: it may be sent. */
export function holdOf(
  event: NotificationEvent,
  at: Date,
  { silences, maintenance, timeZone }: Suppression,
  quietHours: QuietHours | null,
): Hold | undefined {
  if (event.test) return undefined
  if (!PASSES_SILENCE.has(event.kind)) {
    const silence = latest(silences.filter(({ matchers }) => matchesEvent(matchers, event)).map(({ endsAt }) => endsAt))
    if (silence) return { reason: 'silence', until: silence }
    const ends = maintenance.flatMap(({ matchers, windows, endsAt }) => {
      const end = matchesEvent(matchers, event) ? windowEnd(windows, at, timeZone) : undefined
      return end ? [endsAt !== null && endsAt < end ? endsAt : end] : []
    })
    const planned = latest(ends)
    if (planned) return { reason: 'maintenance', until: planned }
  }
  if (!quietHours || quietHours.exceptSeverities.includes(event.severity)) return undefined
  const quiet = windowEnd(quietHours.windows, at, timeZone)
  return quiet && { reason: 'quiet_hours', until: quiet }
}

const latest = (times: readonly Date[]): Date | undefined =>
  times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())))

/** Critical messages may use the limit twice: a storm of warnings does not keep them back. */
const CRITICAL_ALLOWANCE = 2
const RECENT = `
  select created_at as "createdAt" from notification_message
  where receiver_id = $1 and created_at > $2 order by created_at desc limit $3`

/** Whether a receiver has had its messages of this hour; what waits is grouped into the next one. */
export async function limitOf(
  client: PoolClient,
  receiver: { readonly id: number; readonly maxPerHour: number },
  severity: Severity,
  at: Date,
): Promise<Hold | undefined> {
  const limit = receiver.maxPerHour * (severity === 'critical' ? CRITICAL_ALLOWANCE : 1)
  const since = new Date(at.getTime() - HOUR_MS)
  const { rows } = await client.query<{ createdAt: Date }>(RECENT, [receiver.id, since, limit])
  const oldest = rows[limit - 1]
  return oldest && { reason: 'limit', until: new Date(oldest.createdAt.getTime() + HOUR_MS) }
}
