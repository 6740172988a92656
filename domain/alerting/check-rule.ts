import type { Queryable } from '#infra/db/pool.ts'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import type { AlertRule } from '#model/alerting/rule.ts'
import type { RuleProblem } from '#model/alerting/rule-problem.ts'
import { WEEKDAYS } from '#model/alerting/schedule.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { nearest } from '#model/text/nearest.ts'
import { isAvailability } from '#model/things/availability.ts'
import { standardRules } from './compile.ts'
import { type ScopedThing, selectScope } from './scope.ts'

/** Keys that a mistyped one is compared with. */
const MAX_CANDIDATES = 10_000

/** Lowest and highest value that a condition can have; fires never beyond them, and always before them. */
function rangeOf({ condition }: AlertRule): readonly [number, number] {
  switch (condition.kind) {
    case 'value':
    case 'mean':
    case 'percentile':
      return PROPERTIES.get(condition.property)?.grossRange ?? [-Infinity, Infinity]
    case 'rate': {
      const [low, high] = PROPERTIES.get(condition.property)?.grossRange ?? [-Infinity, Infinity]
      const most = ((high - low) * 60) / condition.windowMinutes
      return [-most, most]
    }
    case 'air_index':
      return condition.scheme === 'european' ? [1, 6] : [0, 500]
    case 'quality':
      return [0, 100]
    case 'silence':
      return [0, Infinity]
    case 'system':
      return condition.measure === 'certificate_days_left'
        ? [-Infinity, 10_000]
        : [0, condition.measure === 'disk_used_percent' ? 100 : Infinity]
    default:
      return [-Infinity, Infinity]
  }
}

function thresholdProblems(rule: AlertRule): RuleProblem[] {
  const [low, high] = rangeOf(rule)
  const above = rule.direction === 'above'
  return rule.levels.flatMap(({ threshold }, i): RuleProblem[] => {
    const field = `levels.${i}.threshold`
    const range = `${low} to ${high}`
    const values = { low, high }
    const never = above ? threshold >= high : threshold <= low
    const always = above ? threshold < low : threshold > high
    if (never)
      return [
        {
          ...{ field, value: String(threshold), values },
          reason: `never_${rule.direction}`,
          problem: `would never fire: values lie within ${range}, none is ${rule.direction} it`,
        },
      ]
    if (always)
      return [
        {
          ...{ field, value: String(threshold), values },
          reason: `always_${rule.direction}`,
          problem: `would always fire: values lie within ${range}, all are ${rule.direction} it`,
        },
      ]
    if (rule.condition.kind === 'silence' && threshold < 1)
      return [
        {
          ...{ field, value: String(threshold), values: {} },
          reason: 'silence_below_interval',
          problem: 'would always fire between two messages: at least 1 expected interval',
        },
      ]
    return []
  })
}

/** A window that is shorter than `for` ends before the rule can fire; silence counts from when it began, outside of it too. */
function scheduleProblems({ condition, schedule, levels, forSeconds }: AlertRule): RuleProblem[] {
  if (!schedule || condition.kind === 'silence') return []
  const weekLong = schedule.windows.some(({ days, from, to }) => from === to && days.length === WEEKDAYS.length)
  if (weekLong || schedule.windows.length > 1) return []
  const longest = Math.max(...schedule.windows.map(lengthSeconds))
  const needed = Math.min(...(levels.length > 0 ? levels.map((level) => level.forSeconds ?? forSeconds) : [forSeconds]))
  return needed < longest
    ? []
    : [
        {
          field: 'forSeconds',
          value: String(needed),
          reason: 'never_within_schedule',
          values: { seconds: longest },
          problem: `would never fire: its windows are open for ${longest} s at most`,
        },
      ]
}

function lengthSeconds({ from, to }: { from: string; to: string }): number {
  const [start, end] = [from, to].map((time) => Number(time.slice(0, 2)) * 3600 + Number(time.slice(3)) * 60)
  return (((end ?? 0) - (start ?? 0) + 86_400 - 1) % 86_400) + 1
}

async function scopeProblems(db: Queryable, rule: AlertRule): Promise<RuleProblem[]> {
  const { condition, scope, per, evidence } = rule
  const problems = [
    ...(await unknownKeys(db, 'things', scope.things)),
    ...(await unknownKeys(db, 'zones', scope.zones)),
  ]
  if (problems.length > 0 || condition.kind === 'system' || per !== 'thing') return problems
  const things = (await selectScope(db, scope)).filter(({ verified }) => verified || evidence.unconfirmed)
  if (things.length === 0)
    return [
      {
        field: 'scope',
        value: JSON.stringify(scope).slice(0, 100),
        ...{ reason: 'scope_empty', values: {} },
        problem: 'would never fire: no confirmed Thing is in this scope',
      },
    ]
  if (condition.kind === 'silence' && !things.some(isEverSilent))
    return [
      {
        ...{ field: 'scope', value: null, reason: 'no_interval', values: {} },
        problem: 'would never fire: no Thing in this scope has an expected interval',
      },
    ]
  const measured =
    'property' in condition ? condition.property : 'pollutant' in condition ? condition.pollutant : undefined
  if (measured === undefined || things.some(({ properties }) => properties.includes(measured))) return []
  // Things that are named are expected to measure it: that they do not is what such a rule notifies of.
  if (scope.things !== undefined && rule.noData.policy === 'notify') return []
  return [
    {
      ...{ field: 'condition.property', value: measured, reason: 'not_measured', values: {} },
      problem: 'would never fire: no Thing in this scope measures it',
    },
  ]
}

/** It is silent when nothing came for its interval, and when it says that it is offline. */
const isEverSilent = ({ intervalSeconds, properties }: ScopedThing): boolean =>
  intervalSeconds !== null || properties.some((property) => isAvailability({ property, channel: '' }))

/** What is wrong with keys that a rule names, with the one that was probably meant. */
async function unknownKeys(
  db: Queryable,
  what: 'things' | 'zones',
  keys: readonly string[] | undefined,
): Promise<RuleProblem[]> {
  if (!keys) return []
  const table = what === 'things' ? 'thing' : 'zone'
  const { rows } = await db.query<{ key: string }>(
    `select wanted.key from unnest($1::text[]) wanted (key)
     where not exists (select from ${table} t where t.key = wanted.key)`,
    [keys],
  )
  if (rows.length === 0) return []
  const known = await db.query<{ key: string }>(`select key from ${table} order by key limit ${MAX_CANDIDATES}`)
  return rows.map(({ key }) => {
    const meant = nearest(
      key,
      known.rows.map((row) => row.key),
    )
    return {
      ...{ field: `scope.${what}`, value: key },
      ...(meant === undefined
        ? { reason: 'unknown' as const, values: {} }
        : { reason: 'unknown_near' as const, values: { meant } }),
      problem: `is unknown${meant === undefined ? '' : `; did you mean "${meant}"?`}; GET /api/v1/${what} lists them`,
    }
  })
}

/**
 * Why a rule would never or always fire, before it is saved: by the ranges that values can have, its schedule, and the
 * Things that there are. What depends on the values themselves shows in a backtest.
 */
export async function checkRule(
  db: Queryable,
  rule: AlertRule,
  standard: AirStandard | undefined,
): Promise<RuleProblem[]> {
  const { condition } = rule
  const problems = [...thresholdProblems(rule), ...scheduleProblems(rule), ...(await scopeProblems(db, rule))]
  if (condition.kind === 'legal_threshold' && standardRules(condition, standard).length === 0)
    problems.push({
      ...{ field: 'condition.per', value: condition.per, reason: 'no_level', values: {} },
      problem: `would never fire: ${standard?.key ?? condition.standard ?? 'the standard of the city'} has no level of ${condition.pollutant} per ${condition.per}`,
    })
  if (condition.kind === 'indicator' && !INDICATORS.some(({ code }) => code === condition.code))
    problems.push({
      ...{ field: 'condition.code', value: condition.code, reason: 'unknown', values: {} },
      problem: 'is unknown; GET /api/v1/indicators lists them',
    })
  return problems
}
