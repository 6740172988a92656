import type { Incident } from '#model/api/alerts.ts'
import type { Formatters } from '../i18n/formatters.ts'

/** What is wrong, in one line: the rule, and value and threshold where there is one. */
export function valueText({ rule, value, unit, threshold, property }: Incident, i18n: Formatters): string | null {
  if (value === null) return null
  if (rule.kind === 'silence' && threshold !== null)
    return i18n.t('now.value.silence', { n: Math.floor(value), threshold: i18n.number(threshold) })
  const shown = i18n.quantity(value, unit ?? '')
  const named = property === null ? shown : i18n.t('now.value', { property: i18n.property(property), value: shown })
  if (threshold === null) return named
  return i18n.t('now.value.threshold', { value: named, threshold: i18n.quantity(threshold, unit ?? '') })
}

/** How many people live where it happens, else how many devices are affected. */
export function affectedText({ affectedPeople, affectedThings }: Incident, { t, integer }: Formatters): string {
  const things = t('now.things', { n: affectedThings })
  return affectedPeople === null ? things : t('now.affected', { things, people: integer(affectedPeople) })
}

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
const DAY_S = 24 * HOUR_S

/** "3 h 5 min": the two largest units. */
export function durationText(seconds: number, { t }: Pick<Formatters, 't'>): string {
  if (seconds < MINUTE_S) return t('now.duration.seconds', { n: Math.floor(seconds) })
  const [days, hours, minutes] = [
    Math.floor(seconds / DAY_S),
    Math.floor((seconds % DAY_S) / HOUR_S),
    Math.floor((seconds % HOUR_S) / MINUTE_S),
  ]
  if (days > 0) return t('now.duration.days', { days, hours })
  return hours > 0 ? t('now.duration.hours', { hours, minutes }) : t('now.duration.minutes', { n: minutes })
}

/** How long it has lasted: until now while it is open. */
export const lastedSeconds = ({ startedAt, endedAt, durationSeconds }: Incident, now: number): number =>
  endedAt === null ? Math.max(0, (now - Date.parse(startedAt)) / 1000) : durationSeconds
