import type { StoredRule } from '#domain/alerting/rules.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { nameCodeOf } from '#model/alerting/default-names.ts'
import { type RuleError, ruleErrorSchema } from '#model/alerting/rule-error.ts'
import { CONDITIONS } from '#model/alerting/states.ts'
import type { AlertCorrection, AlertingStatus, AlertRuleResponse } from '#model/api/alerts.ts'

type Instances = AlertRuleResponse['instances']
const NONE: Instances = { pending: 0, firing: 0, recovering: 0, no_data: 0 }

const COUNTS = `
  select rule_id as id, condition, count(*) as n from alert_state
  where rule_id = any($1) and condition in ('pending', 'firing', 'recovering', 'no_data') group by 1, 2`
const OPEN = `select rule_id as id, count(*) as n from incident where closed_at is null and rule_id = any($1) group by 1`

const MAX_CORRECTIONS = 5
const CORRECTIONS = `
  select * from (
    select c.rule_id as rule, t.key as thing, c.incident_id as "incidentId", c.kind, c.severity, c.started_at as "startedAt",
           c.ended_at as "endedAt", c.recorded_at as "recordedAt", count(*) over (partition by c.rule_id) as total,
           row_number() over (partition by c.rule_id order by c.id desc) as place
    from alert_correction c join thing t on t.id = c.thing_id where c.rule_id = any($1) and c.superseded_at is null
  ) numbered where place <= ${MAX_CORRECTIONS} order by rule, place`

type CorrectionRow = Pick<AlertCorrection, 'thing' | 'kind' | 'severity'> & {
  readonly rule: string
  readonly incidentId: number | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly recordedAt: Date
  readonly total: number
}

async function correctionsOf(db: Queryable, ids: readonly string[]) {
  const { rows } = await db.query<CorrectionRow>(CORRECTIONS, [ids])
  const byRule = Map.groupBy(rows, ({ rule }) => rule)
  return (id: string): AlertRuleResponse['corrections'] => {
    const own = byRule.get(id) ?? []
    const newest = own.map(({ thing, kind, severity, incidentId, startedAt, endedAt, recordedAt }) => ({
      ...{ thing, kind, severity, incidentId: incidentId === null ? null : String(incidentId) },
      ...{ startedAt: startedAt?.toISOString() ?? null, endedAt: endedAt?.toISOString() ?? null },
      recordedAt: recordedAt.toISOString(),
    }))
    return { total: own[0]?.total ?? 0, newest }
  }
}

/** Rules with how many of their instances are not normal, and their open incidents. */
export async function withInstances(db: Queryable, rules: readonly StoredRule[]): Promise<AlertRuleResponse[]> {
  const ids = rules.map(({ id }) => id)
  const counts = await db.query<{ id: string; condition: keyof Instances; n: number }>(COUNTS, [ids])
  const open = await db.query<{ id: string; n: number }>(OPEN, [ids])
  const openOf = new Map(open.rows.map(({ id, n }) => [id, n]))
  const corrections = await correctionsOf(db, ids)
  const byRule = Map.groupBy(counts.rows, ({ id }) => id)
  return rules.map((rule) => {
    const instances = {
      ...NONE,
      ...Object.fromEntries((byRule.get(rule.id) ?? []).map(({ condition, n }) => [condition, n])),
    }
    const error = ruleErrorOf(rule.error)
    return {
      ...rule,
      createdAt: rule.createdAt.toISOString(),
      updatedAt: rule.updatedAt.toISOString(),
      condition: error === null ? worstOf(instances) : 'error',
      error,
      errorSince: rule.errorSince?.toISOString() ?? null,
      instances,
      nameCode: nameCodeOf({ id: rule.id, name: rule.definition.name }),
      openIncidents: openOf.get(rule.id) ?? 0,
      corrections: corrections(rule.id),
    }
  })
}

/** A reason that an earlier release wrote is not a known one. */
const ruleErrorOf = (error: string | null): RuleError | null =>
  error === null ? null : (ruleErrorSchema.safeParse(error).data ?? 'evaluation_failed')

const WORST_FIRST = ['firing', 'recovering', 'no_data', 'pending'] as const
const worstOf = (instances: Instances): AlertRuleResponse['condition'] =>
  WORST_FIRST.find((condition) => instances[condition] > 0) ?? 'normal'

type StatusRow = Omit<AlertingStatus, 'engine' | 'evaluatedAt' | 'instances'> & {
  readonly running: boolean
  readonly evaluatedAt: Date | null
  readonly instances: Readonly<Record<string, number>> | null
}
const STATUS = `
  select lease_until > now() as running, evaluated_at as "evaluatedAt", evaluations, skipped, uncorrected,
         (select count(*) from alert_correction where superseded_at is null) as corrections,
         (select count(*) from alert_rule where enabled) as rules,
         (select count(*) from alert_rule where enabled and error is not null) as "failingRules",
         (select jsonb_object_agg(condition, n) from (
           select condition, count(*) as n from alert_state group by 1) c) as instances
  from alert_engine`

export async function selectStatus(db: Queryable): Promise<AlertingStatus> {
  const { rows } = await db.query<StatusRow>(STATUS)
  const [row] = rows
  if (!row) throw new Error('alert_engine has one row')
  const { running, evaluatedAt, instances, ...counts } = row
  return {
    ...counts,
    engine: running ? 'running' : 'idle',
    evaluatedAt: evaluatedAt?.toISOString() ?? null,
    instances: {
      ...Object.fromEntries(CONDITIONS.map((condition) => [condition, 0])),
      ...instances,
    } as AlertingStatus['instances'],
  }
}
