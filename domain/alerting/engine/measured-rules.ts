import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from '#model/basics/durations.ts'
import { stepMsOf } from '../compile.ts'
import type { LatestRow } from '../evidence/heard.ts'
import {
  type EvidenceByStream,
  evidenceOfAll,
  isEvidence,
  propertyOfCondition,
  type Request,
  unitOfFeature,
} from '../evidence/measured.ts'
import { newestEvidence } from '../evidence/newest.ts'
import type { Span } from '../evidence/series.ts'
import type { Evidence } from '../machine.ts'
import type { ScopedThing } from '../scope.ts'
import type { Evaluation, SubjectRef } from './evaluation.ts'
import type { Instance, Instances } from './instances.ts'
import type { RuleOutcomes } from './rule-errors.ts'
import type { Marks, Reached, Watermarks } from './watermarks.ts'
import { type ActiveRule, type FeatureGroup, mildestOf, type Stream, type World } from './world.ts'

/** What is measured later than this after it happened changes no state (docs/alerting.md). */
export const MAX_LOOK_BACK_MS = DAY_MS
/** Timers wait for measurements that are under way. */
export const SETTLE_MS = 30 * SECOND_MS
/** After a restart what was measured shortly before the last pass is evaluated again: it may have arrived after it. */
const OVERLAP_MS = HOUR_MS

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
  readonly latest: ReadonlyMap<number, LatestRow>
  readonly watermarks: Watermarks
  /** end of the last pass, of whichever engine; null before the first */
  readonly evaluatedAt: number | null
  readonly now: number
  /** rules whose newest value was not evaluated yet: new and changed ones */
  readonly fresh: ReadonlySet<string>
  /** Things behind a silent gateway or source: that nothing comes from them is not news */
  readonly behind: ReadonlyMap<number, unknown>
}

/** Evaluates every rule on measurements. `commit` moves the watermarks; to be called once all is written. */
export async function evaluateMeasured(
  pass: MeasuredPass,
): Promise<{ readonly commit: () => void; readonly awaited: Awaited }> {
  const { watermarks } = pass
  const reached = new Map<string, Marks>()
  const awaited: Awaited = new Map()
  const states = statesByThing(pass.instances)
  // features of one property look at the same Datastreams
  for (const [property, groups] of Map.groupBy(pass.world.features, propertyOf)) {
    const plans = groups.map((group) => planGroup(pass, group, { states, moved: watermarks.marks(property) }))
    const together = await readTogether(pass, plans)
    for (const [i, plan] of plans.entries()) {
      const { group } = plan
      const evaluated = await pass.outcomes.guard(group.rules.values(), async () =>
        evaluateGroup(pass, plan, together?.[i] ?? (await readAlone(pass, plan))),
      )
      // what failed is evaluated from where it was, once it can be
      const moved = evaluated?.moved ?? (watermarks.of(group.key) && watermarks.marks(property))
      if (moved) reached.set(group.key, moved)
      if (evaluated) for (const id of group.rules.keys()) awaited.set(id, evaluated.awaited)
    }
  }
  return { commit: () => watermarks.advance(reached), awaited }
}

const propertyOf = ({ feature }: FeatureGroup): string => propertyOfCondition(feature.condition)

type Read = {
  readonly evidence: EvidenceByStream
  readonly newest: EvidenceByStream
  /** of Datastreams that an engine before this one evaluated: when their newest evidence was; null: there is none */
  readonly heard: ReadonlyMap<number, number | null>
}

/** @returns undefined when what fails comes from one of the rules: then each is read for by itself, and fails alone */
async function readTogether({ db, outcomes }: MeasuredPass, plans: readonly Plan[]): Promise<Read[] | undefined> {
  const requests = plans.flatMap(requestsOf)
  return outcomes.attempt(async () => {
    const found = await evidenceOfAll(db, requests)
    const reads: Read[] = []
    for (const [i, plan] of plans.entries()) reads.push(readOf(found.slice(2 * i), await heardBefore(db, plan)))
    return reads
  })
}

const readAlone = async ({ db }: MeasuredPass, plan: Plan): Promise<Read> =>
  readOf(await evidenceOfAll(db, requestsOf(plan)), await heardBefore(db, plan))

/** Only who notifies of missing data needs to know since when data are missing. */
const heardBefore = (db: Queryable, { group, unheard }: Plan): Promise<Read['heard']> =>
  newestEvidence(db, group.feature, group.notifyingNoData.length > 0 ? unheard : [])

const requestsOf = ({ group: { feature }, spans, newestSpans }: Plan): Request[] => [
  { feature, spans },
  { feature, spans: newestSpans },
]
const readOf = (
  [evidence = new Map(), newest = new Map()]: readonly EvidenceByStream[],
  heard: Read['heard'],
): Read => ({ evidence, newest, heard })

type States = ReadonlyMap<number, ReadonlyMap<string, Instance>>

function statesByThing(instances: Instances): States {
  const states = new Map<number, Map<string, Instance>>()
  for (const instance of instances.all()) {
    if (instance.subjectKind !== 'thing') continue
    const thing = Number(instance.subjectId)
    const own = states.get(thing) ?? new Map<string, Instance>()
    states.set(thing, own.set(instance.ruleId, instance))
  }
  return states
}

/** What is to be read for a feature. */
type Plan = {
  readonly group: FeatureGroup
  /** what was not evaluated yet */
  readonly spans: readonly Span[]
  /** newest windows, for rules that are new */
  readonly newestSpans: readonly Span[]
  /** Datastreams of which it is not known when their newest evidence was, with how far they were evaluated */
  readonly unheard: readonly Pick<Span, 'stream' | 'until'>[]
  readonly moved: Marks
  readonly awaited: Map<number, number>
}
type Evaluated = {
  readonly reachedBy: (stream: number) => Reached | undefined
  /** watermarks that are not what they were */
  readonly moved: Marks
  readonly awaited: Map<number, number>
}

function planGroup(
  pass: MeasuredPass,
  group: FeatureGroup,
  { states, moved }: { readonly states: States; readonly moved: Marks },
): Plan {
  const { latest, watermarks } = pass
  const known = watermarks.of(group.key)
  const awaited = new Map<number, number>()
  const step = stepMsOf(group.feature.condition)
  const spans: Span[] = []
  const unheard: Pick<Span, 'stream' | 'until'>[] = []
  for (const stream of group.streams) {
    const newest = latest.get(stream.id)?.time
    if (newest === undefined) continue
    const windows = { newest, step, graceMs: group.graceMs(stream.thing) }
    const until = lastEnd({ ...windows, now: pass.now - SETTLE_MS })
    const before = known?.get(stream.id)
    const begin = before ?? firstWatermark(pass, { until, stream, windows, isRunning: known !== undefined })
    const oldest = oldestState(states.get(stream.thing.id), group)
    const after = Math.max(Math.min(begin.until, oldest), pass.now - MAX_LOOK_BACK_MS)
    if (until > after) spans.push({ stream, after, until })
    if (!before && begin.evidenceAt === undefined) unheard.push({ stream, until: begin.until })
    if (!before || until > begin.until) moved.set(stream.id, { ...begin, until: Math.max(until, begin.until) })
    if (step > 0 && newest >= until) awaited.set(stream.thing.id, until + step)
  }
  return { group, spans, newestSpans: newestSpans(pass, group, step), unheard, moved, awaited }
}

function evaluateGroup(
  pass: MeasuredPass,
  { group, moved, awaited }: Plan,
  { evidence, newest, heard }: Read,
): Evaluated {
  const known = pass.watermarks.of(group.key)
  const reachedBy = (stream: number): Reached | undefined => moved.get(stream) ?? known?.get(stream)
  const unit = unitOfFeature(group.feature)
  for (const [stream, evidenceAt] of heard) {
    const begin = moved.get(stream)
    if (begin) moved.set(stream, { ...begin, evidenceAt })
  }
  for (const stream of group.streams) {
    const own = evidence.get(stream.id)
    const begin = reachedBy(stream.id)
    if (!own || !begin) continue
    feed(pass, group, { stream, evidence: own, unit, lastAt: begin.evidenceAt })
    moved.set(stream.id, { ...begin, evidenceAt: own.at(-1)?.at ?? begin.evidenceAt })
  }
  evaluateFresh(pass, group, { unit, windows: newest })
  expectData(pass, group, { reachedBy, awaited, unit })
  return { reachedBy, moved, awaited }
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
function oldestState(states: ReadonlyMap<string, Instance> | undefined, group: FeatureGroup): number {
  let oldest = Number.POSITIVE_INFINITY
  for (const [ruleId, { state }] of states ?? [])
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
  if (gap <= group.leastNoDataMs(thing.intervalSeconds)) return rules
  for (const rule of group.notifyingNoData)
    if (gap > (rule.compiled.machineFor(thing.intervalSeconds).noDataMs ?? Number.POSITIVE_INFINITY)) rules.add(rule)
  return rules
}

type Fresh = { readonly unit: string | undefined; readonly windows: EvidenceByStream }

/** A new rule says at once what the newest values mean for it. */
function evaluateFresh(pass: MeasuredPass, group: FeatureGroup, { unit, windows }: Fresh): void {
  const isFresh = ({ id }: { readonly id: string }): boolean => pass.fresh.has(id)
  const rules = new Map([...group.rules].filter(([, rule]) => isFresh(rule)))
  if (rules.size === 0) return
  const fresh = { ...group, rules, above: group.above.filter(isFresh), below: group.below.filter(isFresh) }
  const step = Math.max(1, stepMsOf(group.feature.condition))
  const evidence = group.feature.condition.kind === 'value' ? newestValues(pass, group) : windows
  for (const stream of group.streams) {
    const newest = evidence.get(stream.id)?.at(-1)
    if (newest !== undefined) feed(pass, fresh, { stream, evidence: [newest], unit, lastAt: newest.at - step })
  }
}

/** What is compared is known already: nothing has to be read for it. */
function newestValues({ latest, now }: MeasuredPass, { feature, streams }: FeatureGroup): Map<number, Evidence[]> {
  const evidence = new Map<number, Evidence[]>()
  for (const { id } of streams) {
    const newest = latest.get(id)
    if (newest && newest.time >= now - MAX_LOOK_BACK_MS && isEvidence(newest, feature))
      evidence.set(id, [{ at: newest.time, value: newest.result }])
  }
  return evidence
}

/** Of values nothing has to be read: the newest ones are known. */
function newestSpans({ latest, now, fresh }: MeasuredPass, { rules, streams }: FeatureGroup, step: number): Span[] {
  if (step === 0 || !rules.keys().some((id) => fresh.has(id))) return []
  return streams.flatMap((stream): Span[] => {
    const newest = latest.get(stream.id)?.time
    if (newest === undefined || newest < now - MAX_LOOK_BACK_MS) return []
    const until = Math.floor(newest / step) * step
    return [{ stream, after: until - step, until }]
  })
}

type Expected = Pick<Evaluated, 'reachedBy' | 'awaited'> & { readonly unit: string | undefined }

/** Rules that notify of missing data: of Things that measure it, and of those that a rule names one by one. */
function expectData(pass: MeasuredPass, group: FeatureGroup, { reachedBy, awaited, unit }: Expected): void {
  const { world, behind } = pass
  if (group.notifyingNoData.length === 0) return
  const measuring = new Map(group.streams.map((stream) => [stream.thing.id, stream]))
  const named = new Set(group.notifyingNoData.flatMap(({ definition }) => definition.scope.things ?? []))
  for (const thing of world.things.values()) {
    const stream = measuring.get(thing.id)
    if ((!stream && !named.has(thing.key)) || behind.has(thing.id)) continue
    const now = timersUntil(pass.now, awaited.get(thing.id))
    const heard = stream && heardAt(reachedBy(stream.id))
    const registeredAt = thing.createdAt.getTime()
    // nearly all Things are in time for all rules
    if (now >= Math.max(heard ?? 0, registeredAt) + group.leastNoDataMs(thing.intervalSeconds))
      missData(pass, group.notifyingNoData, { thing, stream, unit, heard, now })
  }
}

type Missing = {
  readonly thing: ScopedThing
  readonly stream: Stream | undefined
  readonly unit: string | undefined
  readonly heard: number | undefined
  readonly now: number
}

/** Instances that exist are advanced with all others (engine.ts). */
function missData(
  { evaluation, instances }: MeasuredPass,
  rules: readonly ActiveRule[],
  { thing, stream, unit, heard, now }: Missing,
): void {
  const registeredAt = thing.createdAt.getTime()
  for (const rule of rules) {
    const { noDataMs = Number.POSITIVE_INFINITY } = rule.compiled.machineFor(thing.intervalSeconds)
    if (now < Math.max(heard ?? 0, registeredAt) + noDataMs) continue
    const isExpected = stream !== undefined || rule.definition.scope.things?.includes(thing.key)
    if (!isExpected || instances.get(`thing:${thing.id}`, rule.id) || !rule.covers(thing)) continue
    const ref = thingRef(thing, { property: stream?.property, unit })
    evaluation.advanceFrom(rule, ref, heard, now, registeredAt)
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
