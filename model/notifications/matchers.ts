import { z } from 'zod'
import { type NotificationEvent, SEVERITIES } from './event.ts'

const values = z.array(z.string().min(1).max(200)).min(1).max(100)

/**
 * Which events a silence or a maintenance window is about: an event matches when every field that is given has one of its
 * values. At least one field: nothing silences everything by mistake.
 */
export const matchers = z
  .strictObject({
    /** id of the rule */
    rule: values.optional(),
    /** id of the subject: key of a Thing, of a zone, of a source */
    subject: values.optional(),
    /** key of the zone */
    zone: values.optional(),
    property: values.optional(),
    owner: values.optional(),
    severity: z.array(z.enum(SEVERITIES)).min(1).max(SEVERITIES.length).optional(),
  })
  .refine(
    (fields) => Object.values(fields).some((value) => value !== undefined),
    'must name at least one of rule, subject, zone, property, owner, severity',
  )
  .meta({ minProperties: 1 })
export type Matchers = z.infer<typeof matchers>

type Matched = Pick<NotificationEvent, 'zoneId' | 'property' | 'owner' | 'severity'> & {
  readonly rule: Pick<NotificationEvent['rule'], 'id'>
  readonly subject: Pick<NotificationEvent['subject'], 'id'>
}

export function matchesEvent(wanted: Matchers, event: Matched): boolean {
  const actual: Record<keyof Matchers, string | undefined> = {
    rule: event.rule.id,
    subject: event.subject.id,
    zone: event.zoneId,
    property: event.property,
    owner: event.owner,
    severity: event.severity,
  }
  return (Object.keys(actual) as (keyof Matchers)[]).every((field) => {
    const allowed: readonly string[] | undefined = wanted[field]
    return allowed === undefined || (actual[field] !== undefined && allowed.includes(actual[field]))
  })
}
