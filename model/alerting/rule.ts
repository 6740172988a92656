import { z } from 'zod'
import { REGULATED } from '../air-quality/standards/schema.ts'
import { PROPERTIES } from '../observation/properties.ts'
import { domainSchema } from '../things/domain.ts'
import { gradeSchema } from '../things/grade.ts'
import { scheduleSchema } from './schedule.ts'
import { severityRank, severitySchema } from './states.ts'

const DAY_SECONDS = 86_400
export const MAX_FOR_SECONDS = 30 * DAY_SECONDS
export const MAX_WINDOW_MINUTES = 10_080
/** Windows below an hour that divide it; longer ones are whole hours, read from the hourly rollup. */
export const SHORT_WINDOWS = [5, 10, 15, 30] as const

const property = z
  .string()
  .min(1)
  .max(64)
  .refine((name) => PROPERTIES.has(name), `is no observed property; they are ${[...PROPERTIES.keys()].join(', ')}`)
const windowMinutes = z
  .int()
  .min(5)
  .max(MAX_WINDOW_MINUTES)
  .refine(
    (minutes) => (SHORT_WINDOWS as readonly number[]).includes(minutes) || minutes % 60 === 0,
    'must be 5, 10, 15 or 30 minutes, or whole hours',
  )
const key = z.string().min(1).max(200)

/** An object without unknown fields, which are answered with the list of those that there are. */
const fieldsOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has no ${issue.keys.join(', ')}; its fields are ${Object.keys(shape).join(', ')}`
        : undefined,
  })

/**
 * What is compared with the thresholds, and its unit:
 * - `value`: each Observation, in the canonical unit of the property
 * - `mean`, `percentile`: of the Observations in a window; of hourly means where the window is whole hours
 * - `rate`: change of the mean between the ends of a window, per hour
 * - `air_index`: band of the European index (1 to 6), or value of the US index
 * - `legal_threshold`: hourly means as a standard averages them; the standard brings the thresholds
 * - `indicator`: by how many percent an Indicator misses its target (negative: better than the target)
 * - `silence`: age of the last Observation, in expected intervals
 * - `quality`: percent of the Observations of the last 24 hours that are flagged as drifting or stuck
 * - `system`: seconds, percent or days, as the name of the measure says; messages for `ledger_difference`
 */
export const ruleConditionSchema = z.discriminatedUnion('kind', [
  fieldsOf({ kind: z.literal('value'), property, channel: z.string().max(64).optional() }),
  fieldsOf({ kind: z.literal('mean'), property, windowMinutes }),
  fieldsOf({ kind: z.literal('percentile'), property, windowMinutes, percentile: z.number().min(1).max(99) }),
  fieldsOf({ kind: z.literal('rate'), property, windowMinutes }),
  fieldsOf({ kind: z.literal('air_index'), scheme: z.enum(['european', 'us_epa']) }),
  fieldsOf({
    kind: z.literal('legal_threshold'),
    pollutant: z.enum(REGULATED),
    per: z.enum(['hour', 'three_hours', 'day_max_8h', 'day']),
    /** key of an air quality standard; left out: the one that applies in the city */
    standard: z.string().max(64).optional(),
  }),
  fieldsOf({
    kind: z.literal('indicator'),
    code: z.string().min(1).max(64),
    dataPoint: z.string().max(64).optional(),
    period: z.enum(['last-24h', 'last-7d', 'last-30d', 'last-365d']).default('last-30d'),
  }),
  fieldsOf({ kind: z.literal('silence'), of: z.enum(['thing', 'gateway', 'source']).default('thing') }),
  fieldsOf({ kind: z.literal('quality'), fault: z.enum(['drift', 'stuck']) }),
  fieldsOf({
    kind: z.literal('system'),
    measure: z.enum(['ledger_difference', 'queue_age_seconds', 'disk_used_percent', 'certificate_days_left']),
  }),
])
export type RuleCondition = z.infer<typeof ruleConditionSchema>

type Backtested = { readonly kind: RuleCondition['kind']; readonly of?: string }

/** Days that a backtest can look back, by what is stored of a condition; 0: none. `of`: whose silence. */
export function backtestDays({ kind, of }: Backtested): number {
  if (kind === 'silence' && of !== undefined && of !== 'thing') return 0
  if (kind === 'indicator' || kind === 'system') return 0
  return kind === 'air_index' ? 7 : 366
}

const seconds = z.int().min(0).max(MAX_FOR_SECONDS)

/** One step of the severity ladder. `recovery`: where the level ends; left out: at the threshold itself. */
export const levelSchema = fieldsOf({
  severity: severitySchema,
  threshold: z.number(),
  recovery: z.number().optional(),
  /** how long the threshold must be exceeded, in time of the measurements; left out: `forSeconds` of the rule */
  forSeconds: seconds.optional(),
  /** how long the value must have recovered; left out: `keepFiringSeconds` of the rule */
  keepFiringSeconds: seconds.optional(),
})
export type Level = z.infer<typeof levelSchema>

/** Which Things a rule covers: those that match every list that is given. Nothing given: the city. */
export const ruleScopeSchema = fieldsOf({
  things: z.array(key).min(1).max(1_000).optional(),
  kinds: z.array(key).min(1).max(100).optional(),
  domains: z.array(domainSchema).min(1).max(20).optional(),
  zones: z.array(key).min(1).max(1_000).optional(),
  grades: z.array(gradeSchema).min(1).max(4).optional(),
})
export type RuleScope = z.infer<typeof ruleScopeSchema>

export const alertRuleSchema = fieldsOf({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2_000).default(''),
  condition: ruleConditionSchema,
  /** which side of the threshold is bad */
  direction: z.enum(['above', 'below']).default('above'),
  /** mild to severe; empty for legal thresholds, which bring their own */
  levels: z.array(levelSchema).max(3).default([]),
  /** one instance per Thing, per zone or for the city; zones and the city for `air_index` and `indicator` */
  per: z.enum(['thing', 'zone', 'city']).default('thing'),
  scope: ruleScopeSchema.default({}),
  schedule: scheduleSchema.optional(),
  forSeconds: seconds.default(0),
  keepFiringSeconds: seconds.default(0),
  /** what counts as evidence: suspect Observations, and those of devices that nobody has confirmed */
  evidence: fieldsOf({ suspect: z.boolean().default(false), unconfirmed: z.boolean().default(false) }).default({
    suspect: false,
    unconfirmed: false,
  }),
  noData: fieldsOf({
    /** `notify` opens an incident when measurements stop */
    policy: z.enum(['ignore', 'notify']).default('ignore'),
    severity: severitySchema.default('warning'),
    /** left out: three expected intervals of the Thing, or an hour */
    afterSeconds: z.int().min(60).max(MAX_FOR_SECONDS).optional(),
  }).default({ policy: 'ignore', severity: 'warning' }),
  /** as many openings and endings within the window are flapping */
  flapping: fieldsOf({
    changes: z.int().min(4).max(50).default(10),
    windowMinutes: z.int().min(5).max(1_440).default(60),
  }).default({ changes: 10, windowMinutes: 60 }),
}).superRefine((rule, context) => {
  for (const { path, message, reason } of ruleProblems(rule))
    context.addIssue({ code: 'custom', path: [...path], message, params: { reason } })
})
export type AlertRule = z.infer<typeof alertRuleSchema>

type Problem = { readonly path: readonly (string | number)[]; readonly message: string; readonly reason: string }
type Unchecked = {
  readonly condition: RuleCondition
  readonly direction: 'above' | 'below'
  readonly levels: readonly Level[]
  readonly per: 'thing' | 'zone' | 'city'
}

/** What the types of the single fields do not say. */
function ruleProblems({ condition, direction, levels, per }: Unchecked): Problem[] {
  const problems: Problem[] = []
  const add = (path: Problem['path'], reason: string, message: string): void =>
    void problems.push({ path, reason, message })
  if (condition.kind === 'legal_threshold') {
    if (levels.length > 0)
      add(['levels'], 'levels_of_standard', 'must be left out: the standard has its own thresholds')
    if (direction !== 'above')
      add(['direction'], 'above_only', 'must be above: a legal threshold is exceeded from below')
  } else if (levels.length === 0)
    add(['levels'], 'level_missing', 'must have at least one level with a severity and a threshold')
  if (per !== 'thing' && condition.kind !== 'air_index' && condition.kind !== 'indicator')
    add(
      ['per'],
      'thing_only',
      `must be thing for a ${condition.kind} rule; zones and the city have an air_index or an indicator`,
    )
  if (per === 'thing' && condition.kind === 'indicator')
    add(['per'], 'zone_or_city', 'must be zone or city for an indicator')
  const measured = 'property' in condition ? PROPERTIES.get(condition.property) : undefined
  if (measured?.circular && condition.kind !== 'value')
    add(
      ['condition', 'property'],
      'circular',
      `${measured.name} is a direction: it has no ${condition.kind} that grows`,
    )
  const sign = direction === 'above' ? 1 : -1
  levels.forEach((level, i) => {
    const { threshold, recovery, severity } = level
    if (recovery !== undefined && sign * (threshold - recovery) < 0)
      add(
        ['levels', i, 'recovery'],
        'recovery_side',
        `${recovery} must not lie ${direction} the threshold ${threshold}`,
      )
    const milder = levels[i - 1]
    if (!milder) return
    if (severityRank(severity) <= severityRank(milder.severity))
      add(
        ['levels', i, 'severity'],
        'severity_order',
        `${severity} must be more severe than ${milder.severity} before it`,
      )
    if (sign * ((recovery ?? threshold) - (milder.recovery ?? milder.threshold)) < 0)
      add(
        ['levels', i, 'recovery'],
        'recovery_order',
        `${recovery ?? threshold} must not be easier to reach than that of the level before it`,
      )
    if (sign * (threshold - milder.threshold) < 0)
      add(
        ['levels', i, 'threshold'],
        'threshold_order',
        `${threshold} must not be easier to reach than ${milder.threshold} before it`,
      )
  })
  return problems
}
