import { z } from 'zod'

export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What happened to an incident. `back`: data arrive again after `no_data`. */
export const EVENT_KINDS = [
  'opened',
  'severity_changed',
  'acknowledged',
  'reminder',
  'resolved',
  'flapping',
  'no_data',
  'back',
  'closed',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export const CLOSED_REASONS = [
  'rule_removed',
  'rule_changed',
  'rule_paused',
  'thing_retired',
  'merged_into_cause',
] as const
export const SUBJECT_KINDS = ['thing', 'zone', 'city', 'source', 'system'] as const

const instant = z.iso.datetime({ offset: true })
const id = z.string().min(1).max(200)
const name = z.string().min(1).max(300)

/**
 * What alerting says about an incident, and what notifications are made of. An incident, a kind and `at` identify an event:
 * the same event passed on twice notifies once.
 */
export const notificationEvent = z.object({
  incidentId: id,
  kind: z.enum(EVENT_KINDS),
  /** with kind `closed` */
  closedReason: z.enum(CLOSED_REASONS).optional(),
  severity: z.enum(SEVERITIES),
  /** when it happened */
  at: instant,
  /** phenomenon time at which the condition began, and with what ends the incident at which it ended */
  startedAt: instant,
  endedAt: instant.optional(),
  rule: z.object({ id, name }),
  subject: z.object({ kind: z.enum(SUBJECT_KINDS), id, name }),
  /** key of the zone */
  zoneId: id.optional(),
  owner: id.optional(),
  /** name of the observed property, its newest value and the threshold in `unit` (UCUM) */
  property: id.optional(),
  value: z.number().optional(),
  unit: z.string().max(60).optional(),
  threshold: z.number().optional(),
  /** Things that the incident covers, at least the one it is about */
  affectedThings: z.int().min(0),
  /** sent to try a receiver or a rule; every message says so */
  test: z.boolean().optional(),
})
export type NotificationEvent = z.infer<typeof notificationEvent>

/** Whether the incident is over with it. Data that arrive again end only what was opened because there were none. */
export const isEnding = ({ kind, endedAt }: Pick<NotificationEvent, 'kind' | 'endedAt'>): boolean =>
  kind === 'resolved' || kind === 'closed' || (kind === 'back' && endedAt !== undefined)
