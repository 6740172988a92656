import type { AlertRule, Level, RuleCondition, RuleScope } from '#model/alerting/rule.ts'
import type { Severity } from '#model/alerting/states.ts'

/** A rule as the form holds it: what was typed, for every kind of condition at once. Durations are seconds; null: not given. */
export type RuleDraft = {
  readonly name: string
  readonly description: string
  readonly condition: ConditionDraft
  readonly direction: AlertRule['direction']
  readonly levels: readonly LevelDraft[]
  readonly per: AlertRule['per']
  readonly scope: ScopeDraft
  readonly windows: readonly WindowDraft[]
  readonly forSeconds: number | null
  readonly keepFiringSeconds: number | null
  readonly evidence: AlertRule['evidence']
  readonly noData: {
    readonly policy: AlertRule['noData']['policy']
    readonly severity: Severity
    readonly after: number | null
  }
  readonly flapping: { readonly changes: string; readonly windowMinutes: string }
}
export type ConditionDraft = {
  readonly kind: RuleCondition['kind']
  readonly property: string
  readonly channel: string
  readonly windowMinutes: string
  readonly percentile: string
  readonly scheme: string
  readonly pollutant: string
  readonly averaged: string
  readonly standard: string
  readonly code: string
  readonly dataPoint: string
  readonly period: string
  readonly of: string
  readonly fault: string
  readonly measure: string
}
export type LevelDraft = {
  readonly severity: Severity
  readonly threshold: string
  readonly recovery: string
  readonly forSeconds: number | null
  readonly keepFiringSeconds: number | null
}
export type ScopeDraft = {
  /** one key a line */
  readonly things: string
  readonly kinds: string
  readonly domains: readonly string[]
  readonly zones: readonly string[]
  readonly grades: readonly string[]
}
export type WindowDraft = { readonly days: readonly string[]; readonly from: string; readonly to: string }

export const EMPTY_LEVEL: LevelDraft = {
  ...{ severity: 'warning', threshold: '', recovery: '', forSeconds: null, keepFiringSeconds: null },
}
const EMPTY_CONDITION: ConditionDraft = {
  ...{ kind: 'value', property: 'pm2_5', channel: '', windowMinutes: '60', percentile: '90', scheme: 'european' },
  ...{ pollutant: 'o3', averaged: 'hour', standard: '', code: '', dataPoint: '', period: 'last-30d' },
  ...{ of: 'thing', fault: 'stuck', measure: 'disk_used_percent' },
}
export const EMPTY_RULE: RuleDraft = {
  ...{ name: '', description: '', condition: EMPTY_CONDITION, direction: 'above', levels: [EMPTY_LEVEL], per: 'thing' },
  scope: { things: '', kinds: '', domains: [], zones: [], grades: [] },
  ...{ windows: [], forSeconds: 0, keepFiringSeconds: 0, evidence: { suspect: false, unconfirmed: false } },
  noData: { policy: 'ignore', severity: 'warning', after: null },
  flapping: { changes: '10', windowMinutes: '60' },
}

/** A stored rule, to be changed. */
export function draftOf(rule: AlertRule): RuleDraft {
  const { name, description, condition, direction, levels, per, scope, schedule, noData, flapping } = rule
  const { forSeconds, keepFiringSeconds, evidence } = rule
  return {
    ...{ name, description, direction, per, forSeconds, keepFiringSeconds, evidence },
    condition: conditionDraft(condition),
    levels: levels.map((level) => ({
      severity: level.severity,
      threshold: String(level.threshold),
      recovery: level.recovery === undefined ? '' : String(level.recovery),
      forSeconds: level.forSeconds ?? null,
      keepFiringSeconds: level.keepFiringSeconds ?? null,
    })),
    scope: {
      things: (scope.things ?? []).join('\n'),
      kinds: (scope.kinds ?? []).join('\n'),
      ...{ domains: scope.domains ?? [], zones: scope.zones ?? [], grades: scope.grades ?? [] },
    },
    windows: schedule?.windows ?? [],
    noData: { policy: noData.policy, severity: noData.severity, after: noData.afterSeconds ?? null },
    flapping: { changes: String(flapping.changes), windowMinutes: String(flapping.windowMinutes) },
  }
}

function conditionDraft(condition: RuleCondition): ConditionDraft {
  const own = Object.entries(condition).map(([name, value]) => [
    name === 'per' ? 'averaged' : name,
    typeof value === 'number' ? String(value) : value,
  ])
  return { ...EMPTY_CONDITION, ...(Object.fromEntries(own) as Partial<ConditionDraft>) }
}

/** What was entered, as the API takes it: alertRuleSchema says what is wrong with it. */
export function ruleOf(draft: RuleDraft): unknown {
  const { name, description, direction, per, evidence, levels, windows, noData, flapping } = draft
  const condition = conditionOf(draft.condition)
  const isLegal = draft.condition.kind === 'legal_threshold'
  return {
    ...{ name, description, condition, evidence, scope: scopeOf(draft.scope) },
    ...{ direction: isLegal ? 'above' : direction, levels: isLegal ? [] : levels.map(levelOf) },
    per: subjectsOf(draft.condition.kind).includes(per) ? per : subjectsOf(draft.condition.kind)[0],
    ...(windows.length > 0 && { schedule: { windows } }),
    ...{ forSeconds: draft.forSeconds ?? 0, keepFiringSeconds: draft.keepFiringSeconds ?? 0 },
    noData: {
      ...{ policy: noData.policy, severity: noData.severity },
      ...(noData.after !== null && { afterSeconds: noData.after }),
    },
    flapping: { changes: numberOf(flapping.changes), windowMinutes: numberOf(flapping.windowMinutes) },
  }
}

/** What a rule can be evaluated for; the first is the usual. */
export function subjectsOf(kind: RuleCondition['kind']): readonly AlertRule['per'][] {
  if (kind === 'air_index') return ['thing', 'zone', 'city']
  return kind === 'indicator' ? ['city', 'zone'] : ['thing']
}

/** A number as people type it, with point or comma; undefined: not given; NaN: none. */
function numberOf(text: string): number | undefined {
  const typed = text.trim().replace(',', '.').replace('−', '-')
  return typed === '' ? undefined : Number(typed)
}

const given = (name: string, text: string): object => (text === '' ? {} : { [name]: text })

function conditionOf(draft: ConditionDraft): unknown {
  const { kind, property, scheme, pollutant, averaged, code, period, of, fault, measure } = draft
  const windowMinutes = numberOf(draft.windowMinutes)
  switch (kind) {
    case 'value':
      return { kind, property, ...given('channel', draft.channel) }
    case 'mean':
    case 'rate':
      return { kind, property, windowMinutes }
    case 'percentile':
      return { kind, property, windowMinutes, percentile: numberOf(draft.percentile) }
    case 'air_index':
      return { kind, scheme }
    case 'legal_threshold':
      return { kind, pollutant, per: averaged, ...given('standard', draft.standard) }
    case 'indicator':
      return { kind, code, period, ...given('dataPoint', draft.dataPoint) }
    case 'silence':
      return { kind, of }
    case 'quality':
      return { kind, fault }
    case 'system':
      return { kind, measure }
  }
}

function levelOf({ severity, threshold, recovery, forSeconds, keepFiringSeconds }: LevelDraft): Partial<Level> {
  const [value, back] = [numberOf(threshold), numberOf(recovery)]
  return {
    severity,
    ...(value !== undefined && { threshold: value }),
    ...(back !== undefined && { recovery: back }),
    ...(forSeconds !== null && { forSeconds }),
    ...(keepFiringSeconds !== null && { keepFiringSeconds }),
  }
}

const lines = (text: string): string[] => text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))

const scopeOf = ({ things, kinds, domains, zones, grades }: ScopeDraft): RuleScope =>
  Object.fromEntries(
    Object.entries({ things: lines(things), kinds: lines(kinds), domains, zones, grades }).filter(
      ([, keys]) => keys.length > 0,
    ),
  )

/** One more line, unless it is empty or there already. */
export function withLine(lines: string, line: string): string {
  const wanted = line.trim()
  const own = lines.split('\n').map((one) => one.trim())
  if (wanted === '' || own.includes(wanted)) return lines
  return [...own.filter((one) => one !== ''), wanted].join('\n')
}
