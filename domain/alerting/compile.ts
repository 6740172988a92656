import type { AirStandard, StandardRule } from '#model/air-quality/standards/schema.ts'
import type { AlertRule } from '#model/alerting/rule.ts'
import { type Windows, windowsOf } from '#model/alerting/schedule.ts'
import { HOUR_MS, HOUR_SECONDS, MINUTE_MS, SECOND_MS } from '#model/basics/durations.ts'
import type { MachineLevel, MachineRule } from './machine.ts'

export type CompileContext = {
  /** IANA zone of the city, for schedules */
  readonly timeZone: string
  /** for legal thresholds: the standard of the rule, or the one that applies */
  readonly standard?: AirStandard | undefined
}
export type CompiledRule = {
  /** @param intervalSeconds expected interval of the Thing, where it is known */
  machineFor(intervalSeconds: number | null): MachineRule
  readonly levels: readonly MachineLevel[]
  readonly direction: 'above' | 'below'
  readonly windows: Windows | undefined
  readonly notifiesNoData: boolean
}

/** Silence of three expected intervals makes a Thing stale; so it does for rules. */
const STALE_INTERVALS = 3

/** A rule as the state machine takes it: milliseconds, and every default filled in. */
export function compileRule(rule: AlertRule, context: CompileContext): CompiledRule {
  const { direction, noData, flapping } = rule
  const levels = levelsOf(rule, context.standard)
  const windows = rule.schedule && windowsOf(rule.schedule, context.timeZone)
  const notifiesNoData = noData.policy === 'notify' && isMeasured(rule)
  const byInterval = new Map<number | null, MachineRule>()
  const machineFor = (intervalSeconds: number | null): MachineRule => {
    const known = byInterval.get(intervalSeconds)
    if (known) return known
    const machine: MachineRule = {
      ...{ direction, levels, windows, lasts: rule.condition.kind === 'silence' },
      noDataMs: isMeasured(rule) ? noDataMsOf(rule, intervalSeconds) : undefined,
      noDataSeverity: notifiesNoData ? noData.severity : undefined,
      flapping: { changes: flapping.changes, windowMs: flapping.windowMinutes * MINUTE_MS },
    }
    byInterval.set(intervalSeconds, machine)
    return machine
  }
  return { machineFor, levels, direction, windows, notifiesNoData }
}

/** Rules on measurements can lack them; silence, quality and the system are always known. */
const isMeasured = ({ condition: { kind } }: AlertRule): boolean =>
  ['value', 'mean', 'percentile', 'rate', 'air_index', 'legal_threshold'].includes(kind)

/** Values of a window come once a step: they are missing one step later than measurements are. */
function noDataMsOf({ condition, noData }: AlertRule, intervalSeconds: number | null): number {
  const unheard = intervalSeconds === null ? HOUR_SECONDS : STALE_INTERVALS * intervalSeconds
  return (noData.afterSeconds ?? unheard) * SECOND_MS + stepMsOf(condition)
}

/** How often a condition has a value: 0 with every Observation. */
export function stepMsOf(condition: AlertRule['condition']): number {
  if (condition.kind === 'value') return 0
  if ('windowMinutes' in condition && condition.windowMinutes < 60) return 5 * MINUTE_MS
  return HOUR_MS
}

function levelsOf(rule: AlertRule, standard: AirStandard | undefined): MachineLevel[] {
  const { condition, forSeconds, keepFiringSeconds } = rule
  if (condition.kind !== 'legal_threshold')
    return rule.levels.map(({ severity, threshold, recovery = threshold, ...own }) => ({
      ...{ severity, threshold, recovery },
      forMs: (own.forSeconds ?? forSeconds) * SECOND_MS,
      keepMs: (own.keepFiringSeconds ?? keepFiringSeconds) * SECOND_MS,
    }))
  const [forMs, keepMs] = [forSeconds * SECOND_MS, keepFiringSeconds * SECOND_MS]
  return standardLevels(condition, standard).map(({ severity, level }) => ({
    ...{ severity, threshold: level, recovery: level, forMs, keepMs },
  }))
}

type LegalCondition = Extract<AlertRule['condition'], { kind: 'legal_threshold' }>

/** Alert thresholds are critical, all other levels a warning; of several of one severity the lowest. In the standard's unit. */
function standardLevels(
  condition: LegalCondition,
  standard: AirStandard | undefined,
): { severity: 'warning' | 'critical'; level: number }[] {
  const rules = standardRules(condition, standard)
  const lowest = (of: readonly StandardRule[]): number => Math.min(...of.map(({ level }) => level))
  const alerts = rules.filter(({ kind }) => kind === 'alert')
  const others = rules.filter(({ kind }) => kind !== 'alert')
  const critical = alerts.length > 0 ? [{ severity: 'critical' as const, level: lowest(alerts) }] : []
  const warns = others.length > 0 && (alerts.length === 0 || lowest(others) <= lowest(alerts))
  return [...(warns ? [{ severity: 'warning' as const, level: lowest(others) }] : []), ...critical]
}

/** The levels of a standard that a condition looks at. */
export const standardRules = ({ pollutant, per }: LegalCondition, standard: AirStandard | undefined): StandardRule[] =>
  standard?.rules.filter((rule) => rule.pollutant === pollutant && rule.per === per) ?? []
