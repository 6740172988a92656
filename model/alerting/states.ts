import { z } from 'zod'

/** Mild to severe. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const
export const severitySchema = z.enum(SEVERITIES)
export type Severity = z.infer<typeof severitySchema>
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity)

/** The condition of a rule at one subject; its states and transitions are described in domain/alerting/machine.ts. */
export const CONDITIONS = ['normal', 'pending', 'firing', 'recovering', 'no_data', 'error'] as const
export const conditionSchema = z.enum(CONDITIONS)
export type Condition = z.infer<typeof conditionSchema>

/** What people did about an incident, apart from its condition. */
export const HANDLINGS = ['open', 'acknowledged', 'assigned', 'closed'] as const
export const handlingSchema = z.enum(HANDLINGS)
export type Handling = z.infer<typeof handlingSchema>

/** Why an incident ended other than by its condition. */
export const CLOSED_REASONS = [
  'resolved',
  'closed_by_person',
  'rule_removed',
  'rule_changed',
  'rule_paused',
  'thing_retired',
  'merged_into_cause',
] as const
export const closedReasonSchema = z.enum(CLOSED_REASONS)
export type ClosedReason = z.infer<typeof closedReasonSchema>

/** What an incident is about. A gateway is a `source` whose id begins with `gateway:`. */
export const SUBJECT_KINDS = ['thing', 'zone', 'city', 'source', 'system'] as const
export const subjectKindSchema = z.enum(SUBJECT_KINDS)
export type SubjectKind = z.infer<typeof subjectKindSchema>
