import type { EventKind, NotificationEvent, Severity } from '#model/notifications/event.ts'

/** What decides whether a receiver is notified. Empty lists: all. */
export type Route = {
  readonly severities: readonly Severity[]
  /** keys of zones */
  readonly zones: readonly string[]
  readonly owners: readonly string[]
}

/** Follow what a receiver was notified of before: whoever was not notified of the incident is not notified of its end. */
const FOLLOWING: ReadonlySet<EventKind> = new Set(['acknowledged', 'reminder', 'resolved', 'back', 'closed'])

export const isFollowing = (kind: EventKind): boolean => FOLLOWING.has(kind)

/** Whether a receiver wants an event. What concerns the whole city concerns receivers of each of its zones. */
export function matchesRoute(route: Route, { severity, zoneId, owner, subject }: NotificationEvent): boolean {
  if (!route.severities.includes(severity)) return false
  if (route.owners.length > 0 && (owner === undefined || !route.owners.includes(owner))) return false
  if (route.zones.length === 0 || subject.kind === 'city') return true
  return zoneId !== undefined && route.zones.includes(zoneId)
}
