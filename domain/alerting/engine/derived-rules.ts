import type { Queryable } from '#infra/db/pool.ts'
import type { RuleError } from '#model/alerting/rule-error.ts'
import { englishNameOf } from '#model/alerting/subject-name.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { type Fault, flaggedShares } from '../evidence/flagged.ts'
import { REVISED_HOURS } from '../revision.ts'
import type { Evaluation, SubjectRef } from './evaluation.ts'
import { thingRef } from './measured-rules.ts'
import type { RuleOutcomes } from './rule-errors.ts'
import type { ActiveRule, World } from './world.ts'

/** What other parts of Citywell compute; whoever starts the engine brings it. */
export type Figures = {
  /** European band (1 to 6) or value of the US index at the end of the last complete hour: by Thing, by zone, of the city */
  readonly airIndex: (
    scheme: 'european' | 'us_epa',
    at: Date,
  ) => Promise<{
    readonly things: ReadonlyMap<number, number>
    readonly zones: ReadonlyMap<number, number>
    readonly city: number | null
  }>
  /** percent by which an Indicator misses its target; undefined while there is no value; or why there never is one */
  readonly shortfall: (of: {
    readonly code: string
    readonly dataPoint?: string | undefined
    readonly period: string
    readonly zone?: string | undefined
  }) => Promise<number | undefined | Extract<RuleError, 'indicator_unknown' | 'data_point_unknown' | 'target_missing'>>
}

/** After the end of an hour its last messages may still be on their way. */
const SETTLE_MS = 5 * MINUTE_MS
type DerivedPass = {
  readonly world: World
  readonly evaluation: Evaluation
  readonly outcomes: RuleOutcomes
  readonly now: Date
  /** end of the newest hour that was evaluated before, by whichever engine */
  readonly reached: number
  /** rules whose newest value was not evaluated yet: new and changed ones */
  readonly fresh: ReadonlySet<string>
}

/** The whole hour for which figures are due now. */
export const dueHour = (now: number): number => Math.floor((now - SETTLE_MS) / HOUR_MS) * HOUR_MS

/** The first hour of which figures are still evaluated. */
export const oldestHour = (due: number): number => due - (REVISED_HOURS - 1) * HOUR_MS

/** Rules on indicators and quality: once an hour, as of the end of an hour. An indicator is what it is when it is looked at. */
export async function evaluateDerived(db: Queryable, pass: DerivedPass, figures: Figures): Promise<void> {
  const at = dueHour(pass.now.getTime())
  const rules = [...pass.world.rules.values()].filter(({ id }) => at > pass.reached || pass.fresh.has(id))
  await evaluateIndicators(rules, { pass, figures, at })
  for (const fault of ['drift', 'stuck'] as const)
    await evaluateQuality(
      db,
      rules.filter(({ definition: { condition } }) => condition.kind === 'quality' && condition.fault === fault),
      { pass, fault, at },
    )
}

type Hourly = { readonly pass: DerivedPass; readonly at: number }

export type Index = Awaited<ReturnType<Figures['airIndex']>>
export type Subjects = readonly { readonly ref: SubjectRef; readonly value: number }[]

export const indexSubjects = (rule: ActiveRule, world: Pick<World, 'things'>, index: Index): Subjects =>
  [...indexRefs(rule, world)].flatMap(([id, ref]) => {
    const value = figureOf(rule, index, id)
    return value === undefined ? [] : [{ ref, value }]
  })

/** By number of the Thing or zone. */
export function indexRefs(rule: ActiveRule, world: Pick<World, 'things'>): ReadonlyMap<number, SubjectRef> {
  const { per, scope } = rule.definition
  if (per === 'city') return new Map([[0, cityRef(world)]])
  return per === 'zone' ? zoneRefs(world, scope.zones) : thingRefs(world, rule)
}

export function figureOf(
  { definition: { per } }: ActiveRule,
  { things, zones, city }: Index,
  id: number,
): number | undefined {
  if (per === 'city') return city ?? undefined
  return (per === 'zone' ? zones : things).get(id)
}

const thingRefs = ({ things }: Pick<World, 'things'>, rule: ActiveRule): Map<number, SubjectRef> =>
  new Map([...things.values()].flatMap((thing) => (rule.covers(thing) ? [[thing.id, thingRef(thing)]] : [])))

/** Zones in which there are Things. */
export function zoneRefs(
  { things }: Pick<World, 'things'>,
  keys: readonly string[] | undefined,
): Map<number, SubjectRef> {
  const refs = new Map<number, SubjectRef>()
  for (const { zoneId, zone, zoneName, people } of things.values()) {
    if (zoneId === null || zone === null || refs.has(zoneId) || (keys && !keys.includes(zone))) continue
    refs.set(zoneId, {
      ...{ kind: 'zone', id: String(zoneId), intervalSeconds: null },
      describe: () => ({
        ...{ kind: 'zone', id: zone, name: zoneName ?? zone, thingId: null, zoneId, zoneKey: zone, owner: null },
        ...{ affectedThings: 0, affectedPeople: people },
      }),
    })
  }
  return refs
}

export function cityRef({ things }: Pick<World, 'things'>): SubjectRef {
  const people = new Map([...things.values()].map(({ zoneId, people: each }) => [zoneId, each ?? 0]))
  return {
    ...{ kind: 'city', id: '', intervalSeconds: null },
    describe: () => ({
      ...{
        kind: 'city',
        id: 'city',
        name: englishNameOf({ kind: 'city', id: 'city' }),
        thingId: null,
        zoneId: null,
        zoneKey: null,
        owner: null,
      },
      ...{ affectedThings: 0, affectedPeople: [...people.values()].reduce((a, b) => a + b, 0) },
    }),
  }
}

async function evaluateIndicators(
  rules: readonly ActiveRule[],
  { pass, figures, at }: Hourly & { readonly figures: Figures },
): Promise<void> {
  for (const rule of rules)
    if (rule.definition.condition.kind === 'indicator')
      await pass.outcomes.guard([rule], () => evaluateIndicator(rule, { pass, figures, at }))
}

async function evaluateIndicator(
  rule: ActiveRule,
  { pass, figures, at }: Hourly & { readonly figures: Figures },
): Promise<void> {
  const { condition, per, scope } = rule.definition
  if (condition.kind !== 'indicator') return
  const { code, dataPoint, period } = condition
  const refs = per === 'zone' ? [...zoneRefs(pass.world, scope.zones).values()] : [cityRef(pass.world)]
  for (const ref of refs) {
    if ((pass.evaluation.stateOf(rule, ref)?.lastAt ?? 0) >= at) continue
    const zone = ref.kind === 'zone' ? ref.describe().id : undefined
    const value = await figures.shortfall({ code, dataPoint, period, zone })
    if (typeof value === 'string') return pass.outcomes.fail(rule, value)
    if (value !== undefined) pass.evaluation.observe(rule, ref, [{ at, value }])
  }
}

/** Hours that were missed are made up for. */
async function evaluateQuality(
  db: Queryable,
  rules: readonly ActiveRule[],
  { pass, fault, at }: Hourly & { readonly fault: Fault },
): Promise<void> {
  if (rules.length === 0) return
  const { world, evaluation, outcomes, fresh, reached } = pass
  const covered = [...world.things.values()].filter((thing) => rules.some((rule) => rule.covers(thing)))
  const from = Math.min(at, Math.max(reached + HOUR_MS, oldestHour(at)))
  const query = { things: covered.map(({ id }) => id), fault, from, to: at }
  const shares = await outcomes.guard(rules, () => flaggedShares(db, query))
  for (const thing of covered)
    for (const rule of rules) {
      const evidence = shares?.get(thing.id)?.filter((each) => each.at === at || !fresh.has(rule.id)) ?? []
      if (rule.covers(thing)) evaluation.observe(rule, thingRef(thing, { unit: '%' }), evidence)
    }
}
