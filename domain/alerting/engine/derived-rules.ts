import type { Queryable } from '#infra/db/pool.ts'
import type { AlertRule } from '#model/alerting/rule.ts'
import type { RuleError } from '#model/alerting/rule-error.ts'
import { englishNameOf } from '#model/alerting/subject-name.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { Evidence } from '../machine.ts'
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
}

/** The whole hour for which figures are due now. */
export const dueHour = (now: number): number => Math.floor((now - SETTLE_MS) / HOUR_MS) * HOUR_MS

/** Rules on indices, indicators and quality: once an hour, as of the end of an hour. */
export async function evaluateDerived(db: Queryable, pass: DerivedPass, figures: Figures): Promise<void> {
  const rules = [...pass.world.rules.values()]
  const at = dueHour(pass.now.getTime())
  for (const scheme of ['european', 'us_epa'] as const)
    await evaluateIndex(
      rules.filter(({ definition: { condition } }) => condition.kind === 'air_index' && condition.scheme === scheme),
      { pass, figures, scheme, at },
    )
  await evaluateIndicators(rules, { pass, figures, at })
  for (const fault of ['drift', 'stuck'] as const)
    await evaluateQuality(
      db,
      rules.filter(({ definition: { condition } }) => condition.kind === 'quality' && condition.fault === fault),
      { pass, fault, at },
    )
}

type Hourly = { readonly pass: DerivedPass; readonly at: number }

async function evaluateIndex(
  rules: readonly ActiveRule[],
  { pass, figures, scheme, at }: Hourly & { readonly figures: Figures; readonly scheme: 'european' | 'us_epa' },
): Promise<void> {
  if (rules.length === 0) return
  const index = await pass.outcomes.guard(rules, () => figures.airIndex(scheme, new Date(at)))
  if (!index) return
  for (const rule of rules)
    for (const { ref, value } of indexSubjects(rule, pass.world, index))
      pass.evaluation.observe(rule, ref, [{ at, value }])
}

type Index = Awaited<ReturnType<Figures['airIndex']>>
export type Subjects = readonly { readonly ref: SubjectRef; readonly value: number }[]

export function indexSubjects(rule: ActiveRule, world: Pick<World, 'things'>, index: Index): Subjects {
  const { per, scope } = rule.definition
  if (per === 'city') return index.city === null ? [] : [{ ref: cityRef(world), value: index.city }]
  const values = per === 'zone' ? index.zones : index.things
  const refs = per === 'zone' ? zoneRefs(world, scope.zones) : thingRefs(world, rule)
  return [...refs].flatMap(([id, ref]) => {
    const value = values.get(id)
    return value === undefined ? [] : [{ ref, value }]
  })
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

/** Drifting: unlike its neighbours, its climate or its second sensor. Stuck: the same value, or a meter that does not move. */
const FAULTS: Readonly<Record<'drift' | 'stuck', number>> = {
  drift: REASONS.neighbours | REASONS.climatology | REASONS.channels_disagree,
  stuck: REASONS.flat_line | REASONS.stuck_counter,
}
const FLAGGED = `
  select d.thing_id as thing, max(o.share) as share
  from (
    select datastream_id, 100.0 * count(*) filter (where reasons & $3 <> 0) / count(*) as share
    from observation where phenomenon_time > $1::timestamptz - interval '24 hours' and phenomenon_time <= $1 and datastream_id = any($2)
    group by 1
  ) o join datastream d on d.id = o.datastream_id
  group by 1`

type Fault = Extract<AlertRule['condition'], { kind: 'quality' }>['fault']

async function evaluateQuality(
  db: Queryable,
  rules: readonly ActiveRule[],
  { pass, fault, at }: Hourly & { readonly fault: Fault },
): Promise<void> {
  const rows =
    rules.length === 0 ? [] : await pass.outcomes.guard(rules, () => selectFlagged(db, rules, { pass, fault, at }))
  for (const { thing: id, share } of rows ?? []) {
    const thing = pass.world.things.get(id)
    const evidence: Evidence = { at, value: Number(share) }
    for (const rule of rules)
      if (thing && rule.covers(thing)) pass.evaluation.observe(rule, thingRef(thing, { unit: '%' }), [evidence])
  }
}

type Flagged = { readonly thing: number; readonly share: number }

async function selectFlagged(
  db: Queryable,
  rules: readonly ActiveRule[],
  { pass, fault, at }: Hourly & { readonly fault: Fault },
): Promise<Flagged[]> {
  const covered = new Set(
    [...pass.world.things.values()].filter((thing) => rules.some((rule) => rule.covers(thing))).map(({ id }) => id),
  )
  const streams = await db.query<{ id: number }>(`select id from datastream where thing_id = any($1)`, [[...covered]])
  const { rows } = await db.query<Flagged>(FLAGGED, [
    ...[new Date(at), streams.rows.map(({ id }) => id), FAULTS[fault]],
  ])
  return rows
}
