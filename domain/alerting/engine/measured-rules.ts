import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from '#model/basics/durations.ts'
import { stepMsOf } from '../compile.ts'
import { evidenceOf, unitOfFeature } from '../evidence/measured.ts'
import type { Span } from '../evidence/series.ts'
import type { Evidence } from '../machine.ts'
import type { ScopedThing } from '../scope.ts'
import type { Evaluation, SubjectRef } from './evaluation.ts'
import type { Instances } from './instances.ts'
import type { RuleOutcomes } from './rule-errors.ts'
import { type ActiveRule, type FeatureGroup, mildestOf, type Stream, type World } from './world.ts'

/** What is measured later than this after it happened changes no state (docs/alerting.md). */
export const MAX_LOOK_BACK_MS = DAY_MS
/** Timers wait for measurements that are under way. */
export const SETTLE_MS = 30 * SECOND_MS
/** After a restart what was measured shortly before the last pass is evaluated again: it may have arrived after it. */
const OVERLAP_MS = HOUR_MS

/** How far a Datastream was evaluated. Unix milliseconds. */
type Reached = {
  /** up to which measurement, or end of a window */
  readonly until: number
  /** of the newest evidence; null: none since the Thing was registered; undefined: not known, an engine before this saw it */
  readonly evidenceAt: number | null | undefined
}
/** By feature and Datastream. */
export type Watermarks = Map<string, Map<number, Reached>>

/**
 * Ends of windows that have measurements and are not over, by rule and Thing: until these are evaluated, timers wait, for
 * what is measured in the window comes before what happens after it.
 */
export type Awaited = Map<string, ReadonlyMap<number, number>>

export type MeasuredPass = {
  readonly db: Queryable
  readonly world: World
  readonly instances: Instances
  readonly evaluation: Evaluation
  readonly outcomes: RuleOutcomes
  /** newest measurement of each Datastream */
  readonly latest: ReadonlyMap<number, number>
  readonly watermarks: Watermarks
  /** end of the last pass, of whichever engine; null before the first */
  readonly evaluatedAt: number | null
  readonly now: number
  /** rules whose newest value was not evaluated yet: new and changed ones */
  readonly fresh: ReadonlySet<string>
  /** Things behind a silent gateway or source: that nothing comes from them is not news */
  readonly behind: ReadonlyMap<number, unknown>
}

/** Evaluates every rule on measurements. @returns the watermarks to keep once all is written */
export async function evaluateMeasured(pass: MeasuredPass): Promise<{ watermarks: Watermarks; awaited: Awaited }> {
  const watermarks: Watermarks = new Map()
  const awaited: Awaited = new Map()
  for (const group of pass.world.features) {
    const evaluated = await pass.outcomes.guard(group.rules.values(), () => evaluateGroup(pass, group))
    const before = pass.watermarks.get(group.key)
    if (!evaluated) {
      // evaluated from where it was, once it can be
      if (before) watermarks.set(group.key, before)
      continue
    }
    watermarks.set(group.key, evaluated.reached)
    for (const id of group.rules.keys()) awaited.set(id, evaluated.awaited)
  }
  return { watermarks, awaited }
}

type Evaluated = { readonly reached: Map<number, Reached>; readonly awaited: Map<number, number> }

async function evaluateGroup(pass: MeasuredPass, group: FeatureGroup): Promise<Evaluated> {
  const { db, latest, watermarks } = pass
  const known = watermarks.get(group.key)
  const reached = new Map(known)
  const awaited = new Map<number, number>()
  const step = stepMsOf(group.feature.condition)
  const spans: Span[] = []
  for (const stream of group.streams) {
    const newest = latest.get(stream.id)
    if (newest === undefined) continue
    const windows = { newest, step, graceMs: group.graceMs(stream.thing) }
    const until = lastEnd({ ...windows, now: pass.now - SETTLE_MS })
    const begin =
      known?.get(stream.id) ?? firstWatermark(pass, { until, stream, windows, isRunning: known !== undefined })
    const after = Math.max(Math.min(begin.until, oldestState(pass, group, stream)), pass.now - MAX_LOOK_BACK_MS)
    if (until > after) spans.push({ stream: { id: stream.id, grade: stream.thing.grade }, after, until })
    reached.set(stream.id, { ...begin, until: Math.max(until, begin.until) })
    if (step > 0 && newest >= until) awaited.set(stream.thing.id, until + step)
  }
  const unit = unitOfFeature(group.feature)
  const evidence = await evidenceOf(db, group.feature, spans)
  for (const stream of group.streams) {
    const own = evidence.get(stream.id)
    const begin = reached.get(stream.id)
    if (!own || !begin) continue
    feed(pass, group, { stream, evidence: own, unit, lastAt: begin.evidenceAt })
    reached.set(stream.id, { ...begin, evidenceAt: own.at(-1)?.at ?? begin.evidenceAt })
  }
  await evaluateFresh(pass, group, unit)
  expectData(pass, group, { reached, awaited, unit })
  return { reached, awaited }
}

type WindowEnd = {
  /** newest measurement */
  readonly newest: number
  readonly step: number
  readonly graceMs: number
  readonly now: number
}

/**
 * The end of the newest window that is over: because something later was measured, or because nothing was for so long that
 * nothing is expected to arrive for it.
 */
export const lastEnd = ({ newest, step, graceMs, now }: WindowEnd): number =>
  step === 0 ? newest : Math.floor(Math.max(newest, Math.min(now - graceMs, newest + step)) / step) * step

/** A state that was read from the database may be older than what was evaluated: values that change nothing are not written. */
function oldestState({ instances }: MeasuredPass, group: FeatureGroup, { thing }: Stream): number {
  let oldest = Number.POSITIVE_INFINITY
  for (const [ruleId, { state }] of instances.of(`thing:${thing.id}`) ?? [])
    if (group.rules.has(ruleId)) oldest = Math.min(oldest, state.lastAt ?? oldest)
  return oldest
}

type First = {
  readonly until: number
  readonly stream: Stream
  readonly windows: Omit<WindowEnd, 'now'>
  readonly isRunning: boolean
}

/**
 * Where a Datastream begins that this engine has not evaluated before. One that appeared while the engine runs begins with
 * its registration: history from before it opens no incidents.
 */
function firstWatermark({ evaluatedAt }: MeasuredPass, { until, stream, windows, isRunning }: First): Reached {
  const registeredAt = stream.thing.createdAt.getTime()
  if (isRunning) return { until: registeredAt, evidenceAt: null }
  // there has never been an engine, or the one before this has seen it
  const isSeen = (at: number): boolean => windows.newest <= at && until <= lastEnd({ ...windows, now: at - SETTLE_MS })
  if (evaluatedAt === null || isSeen(evaluatedAt)) return { until, evidenceAt: undefined }
  const from = evaluatedAt - OVERLAP_MS
  return registeredAt >= from ? { until: registeredAt, evidenceAt: null } : { until: from, evidenceAt: undefined }
}

type Fed = {
  readonly stream: Stream
  readonly evidence: readonly Evidence[]
  readonly unit: string | undefined
  readonly lastAt: Reached['evidenceAt']
}

/** Instances that exist take all evidence; others only begin where a threshold is exceeded, or where evidence was missing. */
function feed({ instances, evaluation }: MeasuredPass, group: FeatureGroup, { stream, unit, ...fed }: Fed): void {
  const { thing } = stream
  const { evidence, lastAt } = fed
  const known = instances.of(`thing:${thing.id}`)
  const ref = thingRef(thing, { property: stream.property, unit })
  const registeredAt = thing.createdAt.getTime()
  const begin = { lastAt: lastAt ?? null, expectedFrom: lastAt === undefined ? undefined : registeredAt }
  for (const ruleId of known?.keys() ?? []) {
    const rule = group.rules.get(ruleId)
    if (rule?.covers(thing)) evaluation.observe(rule, ref, evidence, registeredAt)
  }
  for (const rule of beginning(group, thing, fed))
    if (!known?.has(rule.id) && rule.covers(thing)) evaluation.observeFrom(rule, ref, evidence, begin)
}

/** Rules for which the evidence is more than a normal value. */
function beginning(
  group: FeatureGroup,
  thing: ScopedThing,
  { evidence, lastAt }: Pick<Fed, 'evidence' | 'lastAt'>,
): ReadonlySet<ActiveRule> {
  let [low, high, gap] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  let before = lastAt === null ? thing.createdAt.getTime() : (lastAt ?? evidence[0]?.at ?? 0)
  for (const { at, value } of evidence) {
    gap = Math.max(gap, at - before)
    before = at
    low = Math.min(low, value ?? low)
    high = Math.max(high, value ?? high)
  }
  const rules = new Set<ActiveRule>()
  for (const rule of group.above) {
    if (!(high > mildestOf(rule))) break
    rules.add(rule)
  }
  for (const rule of group.below) {
    if (!(low < mildestOf(rule))) break
    rules.add(rule)
  }
  for (const rule of group.notifyingNoData)
    if (gap > (rule.compiled.machineFor(thing.intervalSeconds).noDataMs ?? Number.POSITIVE_INFINITY)) rules.add(rule)
  return rules
}

/** A new rule says at once what the newest values mean for it. */
async function evaluateFresh(pass: MeasuredPass, group: FeatureGroup, unit: string | undefined): Promise<void> {
  const isFresh = ({ id }: { readonly id: string }): boolean => pass.fresh.has(id)
  const rules = new Map([...group.rules].filter(([, rule]) => isFresh(rule)))
  if (rules.size === 0) return
  const fresh = { ...group, rules, above: group.above.filter(isFresh), below: group.below.filter(isFresh) }
  const step = Math.max(1, stepMsOf(group.feature.condition))
  const spans = group.streams.flatMap((stream): Span[] => {
    const newest = pass.latest.get(stream.id)
    if (newest === undefined || newest < pass.now - MAX_LOOK_BACK_MS) return []
    const until = Math.floor(newest / step) * step
    return [{ stream: { id: stream.id, grade: stream.thing.grade }, after: until - step, until }]
  })
  const evidence = await evidenceOf(pass.db, group.feature, spans)
  for (const stream of group.streams) {
    const newest = evidence.get(stream.id)?.at(-1)
    if (newest !== undefined) feed(pass, fresh, { stream, evidence: [newest], unit, lastAt: newest.at - step })
  }
}

type Expected = Evaluated & { readonly unit: string | undefined }

/** Rules that notify of missing data: of Things that measure it, and of those that a rule names one by one. */
function expectData(pass: MeasuredPass, group: FeatureGroup, { reached, awaited, unit }: Expected): void {
  const { evaluation, world, instances, behind } = pass
  if (group.notifyingNoData.length === 0) return
  const measuring = new Map(group.streams.map((stream) => [stream.thing.id, stream]))
  for (const thing of world.things.values()) {
    if (behind.has(thing.id)) continue
    const stream = measuring.get(thing.id)
    const now = timersUntil(pass.now, awaited.get(thing.id))
    const heard = stream && heardAt(reached.get(stream.id))
    const registeredAt = thing.createdAt.getTime()
    for (const rule of group.notifyingNoData) {
      const { noDataMs = Number.POSITIVE_INFINITY } = rule.compiled.machineFor(thing.intervalSeconds)
      if (now < Math.max(heard ?? 0, registeredAt) + noDataMs) continue
      const isExpected = stream !== undefined || rule.definition.scope.things?.includes(thing.key)
      if (!isExpected || instances.get(`thing:${thing.id}`, rule.id) || !rule.covers(thing)) continue
      const ref = thingRef(thing, { property: stream?.property, unit })
      evaluation.advanceFrom(rule, ref, heard ?? undefined, now, registeredAt)
    }
  }
}

const heardAt = (reached: Reached | undefined): number | undefined =>
  reached && (reached.evidenceAt === undefined ? reached.until : (reached.evidenceAt ?? undefined))

/** How far timers may run: what is under way is waited for, and so is the window that is not over. */
export const timersUntil = (now: number, awaited: number | undefined): number =>
  Math.min(now - SETTLE_MS, awaited === undefined ? now : awaited - 1)

export const thingRef = (thing: ScopedThing, measured?: SubjectRef['measured']): SubjectRef => ({
  ...{ kind: 'thing', id: String(thing.id), intervalSeconds: thing.intervalSeconds, measured },
  describe: () => ({
    ...{ kind: 'thing', id: thing.key, name: thing.name, thingId: thing.id, zoneId: thing.zoneId, zoneKey: thing.zone },
    ...{ owner: thing.owner, affectedThings: 1, affectedPeople: thing.people },
  }),
})
