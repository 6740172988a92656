import { z } from 'zod'
import { alertRuleSchema } from '../alerting/rule.ts'
import { ruleErrorSchema } from '../alerting/rule-error.ts'
import { ruleProblemSchema } from '../alerting/rule-problem.ts'
import {
  closedReasonSchema,
  conditionSchema,
  handlingSchema,
  severitySchema,
  subjectKindSchema,
} from '../alerting/states.ts'
import { SUBJECT_CODES } from '../alerting/subject-name.ts'
import { positionSchema } from '../basics/geo.ts'

const instant = z.iso.datetime({ offset: true })

/** What late data says of the past: nothing was notified, and incidents stay as they were. */
const alertCorrection = z.object({
  /** key of a Thing */
  thing: z.string(),
  /** null: there was no incident */
  incidentId: z.string().nullable(),
  kind: z.enum(['would_have_fired', 'other_times', 'not_exceeded']),
  severity: severitySchema.nullable(),
  /** phenomenon times */
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  recordedAt: instant,
})
export type AlertCorrection = z.infer<typeof alertCorrection>

export const alertRuleResponse = z.object({
  id: z.string(),
  enabled: z.boolean(),
  /** counts the changes */
  version: z.int(),
  createdAt: instant,
  createdBy: z.string(),
  updatedAt: instant,
  /** `error` while it cannot be evaluated, else the worst of its instances */
  condition: conditionSchema,
  /** why it cannot be evaluated; its instances keep their state meanwhile */
  error: ruleErrorSchema.nullable(),
  errorSince: instant.nullable(),
  /** instances by condition; those that are normal are not counted */
  instances: z.object({
    pending: z.int(),
    firing: z.int(),
    recovering: z.int(),
    no_data: z.int(),
  }),
  openIncidents: z.int(),
  /** by late data: how many, and the newest five */
  corrections: z.object({ total: z.int(), newest: z.array(alertCorrection) }),
  /** of a name that Citywell gave and nobody changed, for translations */
  nameCode: z.string().nullable(),
  definition: alertRuleSchema,
})
export type AlertRuleResponse = z.infer<typeof alertRuleResponse>
/** Empty: the rule can be saved. */
export const ruleCheckResponse = z.object({ problems: z.array(ruleProblemSchema) })
export const alertRulesResponse = z.object({ rules: z.array(alertRuleResponse) })

export const incidentSchema = z.object({
  id: z.string(),
  /** `kind`: what its condition compares; null once the rule is deleted. `nameCode`: of a name that Citywell gave, for translations */
  rule: z.object({
    id: z.string(),
    name: z.string(),
    nameCode: z.string().nullable(),
    kind: z.string().nullable(),
  }),
  /** `nameCode` with `nameKey`: what it is called by, for translations; null where its name is its own */
  subject: z.object({
    kind: subjectKindSchema,
    id: z.string(),
    name: z.string(),
    nameCode: z.enum(SUBJECT_CODES).nullable(),
    nameKey: z.string(),
  }),
  /** key of the zone in which the subject lies */
  zone: z.string().nullable(),
  location: positionSchema.nullable(),
  owner: z.string().nullable(),
  condition: conditionSchema,
  severity: severitySchema,
  maxSeverity: severitySchema,
  handling: handlingSchema,
  /** phenomenon times of the condition; `endedAt` and `durationSeconds` do not include the recovery hold */
  startedAt: instant,
  endedAt: instant.nullable(),
  durationSeconds: z.int(),
  openedAt: instant,
  closedAt: instant.nullable(),
  closedReason: closedReasonSchema.nullable(),
  property: z.string().nullable(),
  unit: z.string().nullable(),
  /** the newest value, and the threshold of the severity */
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  affectedThings: z.int(),
  /** residents of the zones in which the affected Things lie; null where no population is known */
  affectedPeople: z.int().nullable(),
  flapping: z.boolean(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: instant.nullable(),
  assignedTo: z.string().nullable(),
  /** the incident of the cause that this one was merged into */
  causeId: z.string().nullable(),
  updatedAt: instant,
})
export type Incident = z.infer<typeof incidentSchema>

export const incidentsResponse = z.object({
  incidents: z.array(incidentSchema),
  /** pass as `cursor`; null on the last page */
  next: z.string().nullable(),
  /** open incidents in all, whatever the filter */
  open: z.object({ info: z.int(), warning: z.int(), critical: z.int() }),
})
export type IncidentsResponse = z.infer<typeof incidentsResponse>

/** What happens to an incident; phenomenon time of what was measured, time of the action of what people did. */
export const TIMELINE_KINDS = [
  'opened',
  'severity_changed',
  'resolved',
  'flapping',
  'no_data',
  'back',
  'recovering',
  'firing',
  'acknowledged',
  'assigned',
  'note',
  'closed',
  'history_corrected',
] as const
export const timelineEntry = z.object({
  id: z.string(),
  at: instant,
  recordedAt: instant,
  kind: z.enum(TIMELINE_KINDS),
  condition: conditionSchema.nullable(),
  severity: severitySchema.nullable(),
  value: z.number().nullable(),
  who: z.string().nullable(),
  note: z.string().nullable(),
  /** messages that were put into the outbox */
  notified: z.int(),
  /** receivers, and what was merged or corrected */
  detail: z.record(z.string(), z.unknown()),
})
export type TimelineEntry = z.infer<typeof timelineEntry>

export const incidentNeighbour = z.object({
  thing: z.string(),
  name: z.string(),
  distanceMeters: z.number(),
  /** latest value of the same property, if it is not older than three expected intervals */
  value: z.number().nullable(),
  time: instant.nullable(),
  quality: z.int().nullable(),
  /** beyond the same threshold; null without a value */
  agrees: z.boolean().nullable(),
})
/** `city`: most neighbours agree; `sensor`: most do not; `unknown`: fewer than two neighbours have a value. */
export const NEIGHBOUR_VERDICTS = ['city', 'sensor', 'unknown'] as const

export const incidentDetail = z.object({
  incident: incidentSchema,
  timeline: z.array(timelineEntry),
  neighbours: z.object({ verdict: z.enum(NEIGHBOUR_VERDICTS), things: z.array(incidentNeighbour) }),
  population: z.object({
    people: z.int().nullable(),
    households: z.int().nullable(),
    /** per zone */
    zones: z.array(z.object({ zone: z.string(), name: z.string(), people: z.int().nullable() })),
    /** surveys from which the share of vulnerable groups can be estimated: GET /api/v1/surveys/{id} */
    surveys: z.array(z.string()),
  }),
  /** changes of the registry and of mappings within 24 hours before the incident, newest first */
  changesBefore: z.array(
    z.object({
      at: instant,
      who: z.string(),
      action: z.string(),
      subject: z.string(),
    }),
  ),
  /** for a cause: Things whose incidents it covers, up to 500 */
  affected: z.array(z.string()),
})
export type IncidentDetail = z.infer<typeof incidentDetail>

/** The share of a group among those that a survey stands for, made of published estimates of districts only. */
const vulnerableGroup = z.object({
  question: z.string(),
  text: z.string(),
  category: z.string(),
  label: z.string(),
  /** null where all districts are suppressed */
  value: z.number().nullable(),
  standardError: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** respondents of the districts whose estimates are published */
  n: z.int().nullable(),
  /** districts whose estimate is published, and those whose estimate is suppressed */
  zones: z.int(),
  suppressed: z.int(),
})
export const vulnerableGroups = z.object({
  survey: z.object({
    id: z.string(),
    title: z.string(),
    from: z.string(),
    to: z.string(),
    threshold: z.int(),
    simulated: z.boolean(),
  }),
  confidence: z.number(),
  groups: z.array(vulnerableGroup),
})
export type VulnerableGroups = z.infer<typeof vulnerableGroups>
/** `vulnerable`: null where no survey knows such groups in the districts of the incident */
export const incidentGroups = z.object({ vulnerable: vulnerableGroups.nullable() })

const who = z.string().trim().min(1).max(200)
const note = z.string().trim().max(2_000)
/** `who` is left out where the request tells who sent it. */
export const incidentAction = z.strictObject({ who: who.optional(), note: note.optional() })
export const incidentAssignment = z.strictObject({ who: who.optional(), to: who, note: note.optional() })
export const incidentNote = z.strictObject({ who: who.optional(), note: note.min(1) })

export const alertingStatus = z.object({
  /** `idle`: no engine holds the lease */
  engine: z.enum(['running', 'idle']),
  evaluatedAt: instant.nullable(),
  evaluations: z.int(),
  /** evaluations that were skipped because the database did not answer or took too long; state is kept */
  skipped: z.int(),
  /** corrections of the history by late data */
  corrections: z.int(),
  /** Datastreams whose late data waited, because no engine ran, until it was too old to correct the history */
  uncorrected: z.int(),
  rules: z.int(),
  failingRules: z.int(),
  instances: z.record(conditionSchema, z.int()),
})
export type AlertingStatus = z.infer<typeof alertingStatus>
const transitionSchema = z.object({
  at: instant,
  subject: z.string(),
  from: conditionSchema,
  to: conditionSchema,
  event: z.enum(['opened', 'severity_changed', 'resolved', 'flapping', 'no_data', 'back']).nullable(),
  severity: severitySchema.nullable(),
  value: z.number().nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
})
export const backtestRequest = z.strictObject({
  rule: alertRuleSchema,
  from: instant.optional(),
  to: instant.optional(),
})
export const backtestResponse = z.object({
  from: instant,
  to: instant,
  /** Things (or zones) that the rule covers, and measurements that were evaluated */
  subjects: z.int(),
  evaluated: z.int(),
  transitions: z.array(transitionSchema),
  /** transitions beyond the first 5,000 are counted only */
  transitionsTotal: z.int(),
  truncated: z.boolean(),
  incidents: z.array(
    z.object({
      subject: z.string(),
      severity: severitySchema,
      startedAt: instant,
      endedAt: instant.nullable(),
      durationSeconds: z.int().nullable(),
    }),
  ),
  /** messages by kind that would have gone to the routing of notifications, before silences and grouping */
  messages: z.object({ total: z.int(), byKind: z.record(z.string(), z.int()) }),
})
export type BacktestResponse = z.infer<typeof backtestResponse>
