import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from '#model/basics/durations.ts'
import { stepMsOf } from '../compile.ts'
import { evidenceOf, unitOfFeature } from '../evidence/measured.ts'
import type { Span } from '../evidence/series.ts'
import type { Evidence } from '../machine.ts'
import type { ScopedThing } from '../scope.ts'
import type { Evaluation, SubjectRef } from './evaluation.ts'
import type { Instances } from './instances.ts'
import { type FeatureGroup, mildestOf, type Stream, type World } from './world.ts'

/** What is measured later than this after it happened changes no state (docs/alerting.md). */
export const MAX_LOOK_BACK_MS = DAY_MS
/** Timers wait for measurements that are under way. */
export const SETTLE_MS = 30 * SECOND_MS
/** After a restart what was measured shortly before the last pass is evaluated again: it may have arrived after it. */
const OVERLAP_MS = HOUR_MS

/** Up to which measurement each Datastream was evaluated, by feature. Unix milliseconds. */
export type Watermarks = Map<string, Map<number, number>>

export type MeasuredPass = {
  readonly db: Queryable
  readonly world: World
  readonly instances: Instances
  readonly evaluation: Evaluation
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
export async function evaluateMeasured(pass: MeasuredPass): Promise<Watermarks> {
  const next: Watermarks = new Map()
  for (const group of pass.world.features) next.set(group.key, await evaluateGroup(pass, group))
  return next
}

async function evaluateGroup(pass: MeasuredPass, group: FeatureGroup): Promise<Map<number, number>> {
  const { db, latest, watermarks } = pass
  const known = watermarks.get(group.key)
  const reached = new Map(known)
  const step = stepMsOf(group.feature.condition)
  const spans: Span[] = []
  const streams = new Map(group.streams.map((stream) => [stream.id, stream]))
  for (const stream of group.streams) {
    const newest = latest.get(stream.id)
    if (newest === undefined) continue
    // the end of the newest window that is over
    const until = step > 0 ? Math.floor(newest / step) * step : newest
    const from = known?.get(stream.id) ?? firstWatermark(pass, until, known && stream.thing.createdAt.getTime())
    const after = Math.max(from, pass.now - MAX_LOOK_BACK_MS)
    if (until > after) spans.push({ stream: { id: stream.id, grade: stream.thing.grade }, after, until })
    reached.set(stream.id, Math.max(until, from))
  }
  const unit = unitOfFeature(group.feature)
  const evidence = await evidenceOf(db, group.feature, spans)
  for (const [id, own] of evidence) {
    const stream = streams.get(id)
    if (stream) feed(pass, group, { stream, evidence: own, unit })
  }
  await evaluateFresh(pass, group, unit)
  expectData(pass, group, unit)
  return reached
}

/**
 * Where a Datastream begins that this engine has not evaluated before.
 * @param registeredAt of one that appeared while the engine runs: history from before it opens no incidents
 */
function firstWatermark({ evaluatedAt }: MeasuredPass, until: number, registeredAt: number | undefined): number {
  if (registeredAt !== undefined) return registeredAt
  // there has never been an engine, or the one before this has seen it
  if (evaluatedAt === null || until <= evaluatedAt) return until
  return evaluatedAt - OVERLAP_MS
}

type Fed = { readonly stream: Stream; readonly evidence: readonly Evidence[]; readonly unit: string | undefined }

/** Instances that exist take all evidence; others only begin where a threshold is exceeded. */
function feed({ instances, evaluation }: MeasuredPass, group: FeatureGroup, { stream, evidence, unit }: Fed): void {
  const { thing } = stream
  const known = instances.of(`thing:${thing.id}`)
  const ref = thingRef(thing, { property: stream.property, unit })
  for (const ruleId of known?.keys() ?? []) {
    const rule = group.rules.get(ruleId)
    if (rule?.covers(thing)) evaluation.observe(rule, ref, evidence)
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { value } of evidence) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  for (const rule of group.above) {
    if (!(high > mildestOf(rule))) break
    if (!known?.has(rule.id) && rule.covers(thing)) evaluation.observe(rule, ref, evidence)
  }
  for (const rule of group.below) {
    if (!(low < mildestOf(rule))) break
    if (!known?.has(rule.id) && rule.covers(thing)) evaluation.observe(rule, ref, evidence)
  }
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
    if (newest !== undefined) feed(pass, fresh, { stream, evidence: [newest], unit })
  }
}

/** Rules that notify of missing data: of Things that measure it, and of those that a rule names one by one. */
function expectData(pass: MeasuredPass, group: FeatureGroup, unit: string | undefined): void {
  const { evaluation, latest, world, instances, behind } = pass
  const now = pass.now - SETTLE_MS
  const rules = [...group.rules.values()].filter(({ compiled }) => compiled.notifiesNoData)
  if (rules.length === 0) return
  const measuring = new Map(group.streams.map((stream) => [stream.thing.id, stream]))
  for (const thing of world.things.values()) {
    if (behind.has(thing.id)) continue
    const stream = measuring.get(thing.id)
    for (const rule of rules) {
      const isNamed = rule.definition.scope.things?.includes(thing.key) ?? false
      if ((!stream && !isNamed) || instances.get(`thing:${thing.id}`, rule.id) || !rule.covers(thing)) continue
      const heard = stream && latest.get(stream.id)
      const { noDataMs } = rule.compiled.machineFor(thing.intervalSeconds)
      const expected = Math.max(heard ?? 0, thing.createdAt.getTime())
      if (noDataMs === undefined || now < expected + noDataMs) continue
      evaluation.advanceFrom(
        rule,
        thingRef(thing, { property: stream?.property, unit }),
        heard,
        now,
        thing.createdAt.getTime(),
      )
    }
  }
}

export const thingRef = (thing: ScopedThing, measured?: SubjectRef['measured']): SubjectRef => ({
  ...{ kind: 'thing', id: String(thing.id), intervalSeconds: thing.intervalSeconds, measured },
  describe: () => ({
    ...{ kind: 'thing', id: thing.key, name: thing.name, thingId: thing.id, zoneId: thing.zoneId, zoneKey: thing.zone },
    ...{ owner: thing.owner, affectedThings: 1, affectedPeople: thing.people },
  }),
})
