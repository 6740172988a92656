import type { Queryable } from '#infra/db/pool.ts'
import { standardFor, standardsWith } from '#model/air-quality/standards/built-in.ts'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import type { AlertRule } from '#model/alerting/rule.ts'
import { type RuleError, ruleErrorSchema } from '#model/alerting/rule-error.ts'
import { localMidnight, localMonth } from '#model/basics/period.ts'
import { isWhole } from '#model/observation/total-channel.ts'
import { type CompiledRule, compileRule, stepMsOf } from '../compile.ts'
import { type Feature, isMeasuredCondition, propertyOfCondition } from '../evidence/measured.ts'
import { type StoredRule, selectRules } from '../rules.ts'
import { type ScopedThing, scopeFilter, selectScopedThings } from '../scope.ts'

export type ActiveRule = {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly updatedAt: number
  /** why it could not be evaluated the last time */
  readonly error: RuleError | null
  readonly definition: AlertRule
  readonly compiled: CompiledRule
  /** in scope, confirmed where the rule asks for it, and not retired */
  readonly covers: (thing: ScopedThing) => boolean
}
export type Stream = {
  readonly id: number
  readonly thing: ScopedThing
  readonly grade: ScopedThing['grade']
  readonly property: string
  readonly channel: string
}
export type FeatureGroup = {
  readonly key: string
  readonly feature: Feature
  /** the Datastream of each Thing that is looked at */
  readonly streams: readonly Stream[]
  readonly rules: ReadonlyMap<string, ActiveRule>
  /** on high and on low values, by their mildest threshold: the easiest to reach first */
  readonly above: readonly ActiveRule[]
  readonly below: readonly ActiveRule[]
  readonly notifyingNoData: readonly ActiveRule[]
  /** how long the one of them that waits least waits for a Thing with such an interval */
  readonly leastNoDataMs: (intervalSeconds: number | null) => number
  /** for how long nothing must be measured before it counts as missing, for the rule that waits least */
  readonly graceMs: (thing: Pick<ScopedThing, 'intervalSeconds'>) => number
}
/** Everything that rules refer to, as of one moment. */
export type World = {
  readonly version: string
  readonly timeZone: string
  readonly rules: ReadonlyMap<string, ActiveRule>
  readonly things: ReadonlyMap<number, ScopedThing>
  /** keys of all zones */
  readonly zones: ReadonlySet<string>
  readonly standardOf: Registry['standardOf']
  readonly features: readonly FeatureGroup[]
}

const VERSION = `
  select (select rules_version from alert_engine) || '.' || (select version from registry_version) || '.' ||
         (select count(*) || '.' || coalesce(max(id), 0) from datastream) || '.' ||
         (select count(*) || '.' || coalesce(max(id), 0) from thing) || '.' ||
         (select coalesce(max(loaded_at), '-infinity') from city) || '.' || $1::date as version`

/** Changes with every rule, Thing, Datastream and load of the city pack; and every day, because Things may retire. */
export async function worldVersion(db: Queryable, now: Date): Promise<string> {
  const { rows } = await db.query<{ version: string }>(VERSION, [now])
  return rows[0]?.version ?? ''
}

type CityRow = { readonly timeZone: string | null; readonly standards: AirStandard[] | null }
type StreamRow = { readonly id: number; readonly thing: number; readonly property: string; readonly channel: string }

/** What a rule is compiled with, and the Things and Datastreams that there are. */
export type Registry = {
  readonly timeZone: string
  readonly standardOf: (key: string | undefined) => AirStandard | undefined
  readonly isRetired: (thing: ScopedThing) => boolean
  readonly things: ReadonlyMap<number, ScopedThing>
  readonly streams: readonly StreamRow[]
}

export async function loadRegistry(db: Queryable, now: Date): Promise<Registry> {
  const city = await db.query<CityRow>(`select pack ->> 'timeZone' as "timeZone", air_standards as standards from city`)
  const timeZone = city.rows[0]?.timeZone ?? 'UTC'
  const own = city.rows[0]?.standards ?? []
  const standards = standardsWith(own)
  const standardOf = (key: string | undefined): AirStandard | undefined =>
    key === undefined
      ? standardFor(standards, own.length, localMonth(now, timeZone).year)
      : standards.find((standard) => standard.key === key)
  const things = new Map((await selectScopedThings(db)).map((thing) => [thing.id, thing]))
  const streams = await db.query<StreamRow>(
    `select id, thing_id as thing, property, channel from datastream order by thing_id, property, channel`,
  )
  return { timeZone, standardOf, isRetired: retiredBefore(now, timeZone), things, streams: streams.rows }
}

export async function loadWorld(db: Queryable, version: string, now: Date): Promise<World> {
  const registry = await loadRegistry(db, now)
  const rules = new Map<string, ActiveRule>()
  for (const stored of await selectRules(db)) if (stored.enabled) rules.set(stored.id, activeRule(stored, registry))
  const { timeZone, things, standardOf } = registry
  const zones = new Set((await db.query<{ key: string }>('select key from zone')).rows.map(({ key }) => key))
  return { version, timeZone, rules, things, zones, standardOf, features: featuresOf([...rules.values()], registry) }
}

const retiredBefore =
  (now: Date, timeZone: string) =>
  ({ validTo }: ScopedThing): boolean => {
    const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(validTo ?? '')
    return day !== null && localMidnight([Number(day[1]), Number(day[2]), Number(day[3])], timeZone) <= now
  }

type RuleContext = Pick<Registry, 'timeZone' | 'standardOf' | 'isRetired'>

export function activeRule(
  {
    id,
    version,
    updatedAt,
    definition,
    error = null,
  }: Pick<StoredRule, 'id' | 'version' | 'updatedAt' | 'definition'> & Partial<Pick<StoredRule, 'error'>>,
  { timeZone, standardOf, isRetired }: RuleContext,
): ActiveRule {
  const { condition, scope, evidence } = definition
  const standard = condition.kind === 'legal_threshold' ? standardOf(condition.standard) : undefined
  const isInScope = scopeFilter(scope)
  return {
    ...{ id, version, definition, name: definition.name, updatedAt: updatedAt.getTime() },
    error: ruleErrorSchema.safeParse(error).data ?? null,
    compiled: compileRule(definition, { timeZone, standard }),
    covers: (thing) => (thing.verified || evidence.unconfirmed) && !isRetired(thing) && isInScope(thing),
  }
}

/** Rules with the same condition and evidence, with the Datastreams that they look at. */
export function featuresOf(rules: readonly ActiveRule[], { streams, things, standardOf }: Registry): FeatureGroup[] {
  const byProperty = Map.groupBy(streams, ({ property }) => property)
  const groups = new Map<string, { feature: Feature; rules: ActiveRule[] }>()
  for (const rule of rules) {
    const { condition, evidence } = rule.definition
    if (!isMeasuredCondition(condition)) continue
    const key = JSON.stringify([condition, evidence.suspect])
    const standard = condition.kind === 'legal_threshold' ? standardOf(condition.standard) : undefined
    const group = groups.get(key) ?? { feature: { condition, suspect: evidence.suspect, standard }, rules: [] }
    group.rules.push(rule)
    groups.set(key, group)
  }
  const shared = new Map<string, Stream[]>()
  const streamsOf = (feature: Feature): Stream[] => {
    const { condition } = feature
    const key = `${propertyOfCondition(condition)} ${condition.kind === 'value' ? condition.channel : undefined}`
    const own = shared.get(key) ?? oneOfEachThing(feature, byProperty, things)
    shared.set(key, own)
    return own
  }
  return [...groups].map(([key, group]) => {
    const notifyingNoData = group.rules.filter(({ compiled }) => compiled.notifiesNoData)
    return {
      ...{ key, feature: group.feature, streams: streamsOf(group.feature) },
      rules: new Map(group.rules.map((rule) => [rule.id, rule])),
      above: byEase(group.rules, 'above'),
      below: byEase(group.rules, 'below'),
      ...{ notifyingNoData, leastNoDataMs: leastNoDataMs(notifyingNoData) },
      graceMs: graceOf(group.rules, stepMsOf(group.feature.condition)),
    }
  })
}

function graceOf(rules: readonly ActiveRule[], stepMs: number): FeatureGroup['graceMs'] {
  const known = new Map<number | null, number>()
  return ({ intervalSeconds }) => {
    const grace =
      known.get(intervalSeconds) ??
      Math.min(...rules.map(({ compiled }) => (compiled.machineFor(intervalSeconds).noDataMs ?? 0) - stepMs))
    known.set(intervalSeconds, grace)
    return grace
  }
}

function leastNoDataMs(rules: readonly ActiveRule[]): (intervalSeconds: number | null) => number {
  const known = new Map<number | null, number>()
  return (interval) => {
    const least =
      known.get(interval) ??
      rules.reduce(
        (ms, { compiled }) => Math.min(ms, compiled.machineFor(interval).noDataMs ?? ms),
        Number.POSITIVE_INFINITY,
      )
    known.set(interval, least)
    return least
  }
}

function byEase(rules: readonly ActiveRule[], direction: 'above' | 'below'): ActiveRule[] {
  const sign = direction === 'above' ? 1 : -1
  return rules
    .filter(({ compiled }) => compiled.direction === direction)
    .toSorted((a, b) => sign * (mildestOf(a) - mildestOf(b)))
}

export const mildestOf = ({ compiled: { levels } }: ActiveRule): number => levels[0]?.threshold ?? Number.NaN

/** The total of a Thing, else its first channel; or the channel that the condition names. */
function oneOfEachThing(
  { condition }: Feature,
  byProperty: ReadonlyMap<string, readonly StreamRow[]>,
  things: ReadonlyMap<number, ScopedThing>,
): Stream[] {
  const wanted = condition.kind === 'value' ? condition.channel : undefined
  const chosen = new Map<number, Stream>()
  for (const row of byProperty.get(propertyOfCondition(condition)) ?? []) {
    const thing = things.get(row.thing)
    if (!thing || (wanted !== undefined && row.channel !== wanted)) continue
    const known = chosen.get(row.thing)
    if (known && (isWhole(known.channel) || !isWhole(row.channel))) continue
    chosen.set(row.thing, { id: row.id, thing, grade: thing.grade, property: row.property, channel: row.channel })
  }
  return [...chosen.values()]
}
