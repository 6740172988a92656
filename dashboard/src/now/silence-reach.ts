/** What can be silenced where an incident is, and which silences hold back what is said of it. */
import type { Incident } from '#model/api/alerts.ts'
import type { Silence } from '#model/api/notifications.ts'
import { type Matchers, matchesEvent } from '#model/notifications/matchers.ts'

/** `here`: this rule at this place; `place`: every rule there; `rule`: this rule everywhere */
export type Reach = 'here' | 'place' | 'rule'
type About = Pick<Incident, 'rule' | 'subject' | 'zone' | 'severity' | 'property' | 'owner'>

/** The zone goes along, because who may see one zone only silences nothing outside of it. */
export function reachesOf({ rule, subject, zone }: Pick<About, 'rule' | 'subject' | 'zone'>): Record<Reach, Matchers> {
  const place: Matchers = { subject: [subject.id], ...(zone !== null && { zone: [zone] }) }
  return { here: { rule: [rule.id], ...place }, place, rule: { rule: [rule.id] } }
}

export const silencesOf = (incident: About, silences: readonly Silence[]): Silence[] =>
  silences.filter(({ state, matchers }) => state === 'active' && matchesEvent(matchers, eventOf(incident)))

const eventOf = ({ rule, subject, zone, severity, property, owner }: About) => ({
  ...{ rule, subject, severity },
  ...(zone !== null && { zoneId: zone }),
  ...(property !== null && { property }),
  ...(owner !== null && { owner }),
})
