/** What is silenced from an incident holds back what is said of it, and nothing beyond its reach. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reachesOf, silencesOf } from '#dashboard/src/now/silence-reach.ts'
import { holdOf } from '#domain/notifications/hold.ts'
import { notificationEvent } from '#model/notifications/event.ts'
import { matchers } from '#model/notifications/matchers.ts'

const AT = new Date('2026-06-01T12:00:00Z')
const END = new Date('2026-06-01T16:00:00Z')
const about = fc.record({
  rule: fc.constantFrom('pm25', 'disk'),
  subject: fc.constantFrom('air-1', 'west', 'city'),
  zone: fc.constantFrom('west', 'east', null),
  severity: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const),
})
type About = typeof about extends fc.Arbitrary<infer T> ? T : never

const eventOf = ({ rule, subject, zone, severity }: About) =>
  notificationEvent.parse({
    ...{ incidentId: '1', kind: 'opened', severity, at: AT.toISOString(), startedAt: AT.toISOString() },
    ...{ rule: { id: rule, name: rule }, subject: { kind: 'thing', id: subject, name: subject }, affectedThings: 1 },
    ...(zone !== null && { zoneId: zone }),
  })
const incidentOf = ({ rule, subject, zone, severity }: About) => ({
  ...{ rule: { id: rule, name: rule, nameCode: null, kind: null }, zone, severity, property: null, owner: null },
  subject: { kind: 'thing' as const, id: subject, name: subject, nameCode: null, nameKey: '' },
})

test('an event is held back where it is within reach, and the incident is said to be silenced', () => {
  fc.assert(
    fc.property(
      about,
      about,
      fc.constantFrom('here' as const, 'place' as const, 'rule' as const),
      (own, other, reach) => {
        const wanted = matchers.parse(reachesOf(incidentOf(own))[reach])
        const suppression = { silences: [{ matchers: wanted, endsAt: END }], maintenance: [], timeZone: 'UTC' }
        const isHeld = (each: About): boolean => holdOf(eventOf(each), AT, suppression, null)?.reason === 'silence'
        const isSamePlace = other.subject === own.subject && (own.zone === null || other.zone === own.zone)
        const isSameRule = other.rule === own.rule
        const isWithin = { here: isSameRule && isSamePlace, place: isSamePlace, rule: isSameRule }[reach]
        const silence = {
          ...{
            id: '1',
            matchers: wanted,
            startsAt: AT.toISOString(),
            endsAt: END.toISOString(),
            author: 'a',
            comment: 'b',
          },
          ...{ createdAt: AT.toISOString(), state: 'active' as const },
        }
        expect([isHeld(own), isHeld(other)]).toEqual([true, isWithin])
        expect(silencesOf(incidentOf(other), [silence]).length > 0).toBe(isWithin)
        expect(silencesOf(incidentOf(own), [{ ...silence, state: 'ended' }])).toEqual([])
      },
    ),
    { seed: 5 },
  )
})
