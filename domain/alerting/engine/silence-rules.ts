/**
 * Silence of Things, and what causes it. Things report through a gateway, gateways through a source, sources through the
 * broker. A group (gateway, source, or all sources) is silent when nothing of it has been heard for one and a half median
 * intervals, at least 80 % of its Things have missed as much, and the first of them has reached the threshold of a rule.
 * Its silence is one incident with a count; those of its Things, and of groups within it, are merged into it, whichever came
 * first. When the group is heard again its Things have a whole threshold of time to report before each is silent by itself.
 *
 * A Thing that was said to be offline (a last will, a Sparkplug death) is silent at once, and so is a group when that makes it
 * silent. Of several that die within a minute and share a group the second and later ones wait that minute for their cause.
 *
 * Evidence is dated by when a threshold was reached, not by when somebody looked: a backtest finds the same.
 */
import { ALL_SOURCES, englishNameOf } from '#model/alerting/subject-name.ts'
import type { Evidence } from '../machine.ts'
import type { ScopedThing } from '../scope.ts'
import type { Evaluation, SubjectRef } from './evaluation.ts'
import { thingRef } from './measured-rules.ts'
import type { Cause } from './persist.ts'
import {
  announced,
  awaitingCause,
  chainOf,
  deadlines,
  effective,
  first,
  hasMissed,
  inOrder,
  isAlive,
  type Member,
  MISSED_INTERVALS,
  membersOf,
  signOfLife,
} from './silence-members.ts'
import { type ActiveRule, mildestOf, type World } from './world.ts'

const MISSED_SHARE = 0.8
const MIN_GROUP = 2

export type SilencePass = {
  readonly world: World
  readonly evaluation: Evaluation
  /** newest sign of life of each Thing, Unix milliseconds */
  readonly heard: ReadonlyMap<number, number>
  /** when Things were said to be offline (evidence/heard.ts) */
  readonly deaths: ReadonlyMap<number, number | undefined>
  /** what was silent before this is not known: Citywell was not running */
  readonly listeningSince: number
  /** when groups were heard again after their silence */
  readonly groupsBack: ReadonlyMap<string, number>
  readonly now: number
}
type Group = {
  readonly id: string
  readonly members: readonly Member[]
  readonly parents: readonly string[]
  readonly rule: ActiveRule
}

export type SilenceResult = {
  /** groups that were silent and were heard again, with the time */
  readonly back: ReadonlyMap<string, number>
  /** Things behind a silent group, with the incident of their cause */
  readonly behind: ReadonlyMap<number, Cause>
}

export function evaluateSilence(pass: SilencePass): SilenceResult {
  const rules = [...pass.world.rules.values()].filter(({ definition }) => definition.condition.kind === 'silence')
  if (rules.length === 0) return { back: new Map(), behind: new Map() }
  const members = membersOf(pass, pass.world.things.values())
  const silent = new Map<string, Cause>()
  const back = new Map<string, number>()
  for (const group of groupsOf(members, rules)) {
    const ref = groupRef(group, pass)
    const wasActive = isActive(pass, group.rule, ref)
    const [cause] = group.parents.flatMap((parent) => silent.get(parent) ?? [])
    if (cause !== undefined) {
      pass.evaluation.suppress(group.rule, ref, cause)
      silent.set(group.id, cause)
      continue
    }
    // What is within a group that is heard again has time to report.
    if (!wasActive && group.parents.some((parent) => back.has(parent))) continue
    const evidence = groupEvidence(group, pass, wasActive)
    pass.evaluation.observe(group.rule, ref, evidence)
    if (isActive(pass, group.rule, ref)) silent.set(group.id, { ruleId: group.rule.id, kind: ref.kind, id: ref.id })
    else if (wasActive) back.set(group.id, pass.now)
  }
  const things: ThingPass = {
    ...{ silent, excused: new Set(back.keys()), waiting: awaitingCause(members, pass.now) },
    members: mostLateFirst(members, pass.now),
    dead: members.filter(({ diedAt }) => diedAt !== undefined),
    byThing: new Map(members.map((member) => [member.thing.id, member])),
  }
  for (const rule of rules) if (ofKind(rule) === 'thing') evaluateThings(pass, rule, things)
  const behind = members.flatMap(({ thing }) => {
    const [cause] = chainOf(thing).flatMap((group) => silent.get(group) ?? [])
    return cause ? [[thing.id, cause] as const] : []
  })
  return { back, behind: new Map(behind) }
}

const ofKind = ({ definition: { condition } }: ActiveRule): 'thing' | 'gateway' | 'source' =>
  condition.kind === 'silence' ? condition.of : 'thing'

/** Groups with the rule that speaks for them: one of its own kind, or else the first that covers its Things. */
function groupsOf(members: readonly Member[], rules: readonly ActiveRule[]): Group[] {
  const byGroup = new Map<string, Member[]>()
  for (const member of members)
    for (const group of chainOf(member.thing)) {
      const own = byGroup.get(group)
      if (own) own.push(member)
      else byGroup.set(group, [member])
    }
  const sources = [...byGroup.keys()].filter((group) => group.startsWith('source:'))
  if (sources.length < 2) byGroup.delete(ALL_SOURCES)
  const rank = (group: string): number => (group === ALL_SOURCES ? 0 : group.startsWith('source:') ? 1 : 2)
  return [...byGroup]
    .toSorted(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .flatMap(([id, all]): Group[] => {
      const wanted = id.startsWith('gateway:') ? 'gateway' : 'source'
      const rule =
        rules.find((one) => ofKind(one) === wanted && all.some(({ thing }) => one.covers(thing))) ??
        rules.find((one) => ofKind(one) === 'thing' && all.filter(({ thing }) => one.covers(thing)).length >= MIN_GROUP)
      if (!rule) return []
      const covered = all.filter(({ thing }) => rule.covers(thing))
      if (covered.length < MIN_GROUP) return []
      const chain = chainOf(covered[0]?.thing ?? all[0]?.thing ?? ({ groups: [] } as never))
      return [{ id, members: covered, rule, parents: chain.slice(0, rank(id)).filter((parent) => byGroup.has(parent)) }]
    })
}

const isActive = ({ evaluation }: SilencePass, rule: ActiveRule, ref: SubjectRef): boolean =>
  evaluation.stateOf(rule, ref)?.levels.some(({ active }) => active) ?? false

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
function groupEvidence(group: Group, { now }: SilencePass, wasActive: boolean): Evidence[] {
  const { members, rule } = group
  if (wasActive) {
    const heard = members.filter(isAlive).reduce((newest, member) => Math.max(newest, member.heard), 0)
    return [{ at: heard, value: 0 }, ...deadlines(first(members), rule, now)]
  }
  const expected = members.filter(({ diedAt, intervalMs }) => diedAt !== undefined || Number.isFinite(intervalMs))
  const living = expected.filter(({ diedAt }) => diedAt === undefined)
  const since = living.reduce((newest, member) => Math.max(newest, effective(member)), 0)
  const patience = living.length === 0 ? 0 : MISSED_INTERVALS * median(living.map(({ intervalMs }) => intervalMs))
  const missed = expected.filter((member) => hasMissed(member, now))
  if (now - since < patience || missed.length === 0 || missed.length < MISSED_SHARE * expected.length) return []
  const deaths = expected.flatMap(({ diedAt }) => diedAt ?? [])
  const reached = deadlines(first(expected), rule, now)
  if (deaths.length === 0) return reached
  const at = Math.max(since + patience, ...deaths)
  return inOrder([...reached, ...announced(first(expected), rule, at, now)])
}

type ThingPass = {
  /** by the intervals that they have missed, the most first */
  readonly members: readonly LateMember[]
  readonly dead: readonly Member[]
  readonly byThing: ReadonlyMap<number, Member>
  /** died lately together with others: their cause may still show */
  readonly waiting: ReadonlySet<number>
  readonly silent: ReadonlyMap<string, Cause>
  readonly excused: ReadonlySet<string>
}

type LateMember = { readonly member: Member; readonly missedIntervals: number }

const mostLateFirst = (members: readonly Member[], now: number): LateMember[] =>
  members
    .map((member) => ({ member, missedIntervals: (now - effective(member)) / member.intervalMs }))
    .sort((a, b) => b.missedIntervals - a.missedIntervals)

/** What a rule has something to say about: Things that are late for it, that died, and those that it said something about before. */
function concerned({ evaluation }: SilencePass, rule: ActiveRule, { members, dead, byThing }: ThingPass): Member[] {
  const threshold = mildestOf(rule)
  const found = new Set(dead)
  for (const { member, missedIntervals } of members) {
    if (missedIntervals <= threshold) break
    found.add(member)
  }
  for (const subject of evaluation.subjectsOf(rule)) {
    const member = byThing.get(subject)
    if (member) found.add(member)
  }
  return [...found].sort((a, b) => a.thing.id - b.thing.id)
}

function evaluateThings(pass: SilencePass, rule: ActiveRule, things: ThingPass): void {
  const { silent, excused, waiting } = things
  const threshold = mildestOf(rule)
  for (const member of concerned(pass, rule, things)) {
    const { thing, intervalMs } = member
    const ref: SubjectRef = thingRef(thing)
    const state = pass.evaluation.stateOf(rule, ref)
    const isLate = pass.now - effective(member) > threshold * intervalMs
    const isDead = member.diedAt !== undefined && !waiting.has(thing.id)
    if ((!state && !isLate && !isDead) || !rule.covers(thing)) continue
    const chain = chainOf(thing)
    const [cause] = chain.flatMap((group) => silent.get(group) ?? [])
    if (cause !== undefined) {
      pass.evaluation.suppress(rule, ref, cause)
      continue
    }
    const wasActive = state?.levels.some(({ active }) => active) ?? false
    if (chain.some((group) => excused.has(group)) && !wasActive) continue
    const known = state ? signOfLife(member) : []
    // One that is known to be silent stays so: its clock is not set back by a restart.
    const own = wasActive ? { ...member, excusedUntil: 0 } : member
    const death = announced(own, rule, isDead ? member.diedAt : undefined, pass.now)
    pass.evaluation.observe(rule, ref, [...known, ...inOrder([...death, ...deadlines(own, rule, pass.now)])])
  }
}

function groupRef({ id, members }: Group, { now }: SilencePass): SubjectRef {
  const silent = members.filter((member) => hasMissed(member, now))
  return groupSubject(
    id,
    (silent.length > 0 ? silent : members).map(({ thing }) => thing),
  )
}

/** @param affected its Things that are silent */
export function groupSubject(id: string, affected: readonly ScopedThing[]): SubjectRef {
  const kind = id === ALL_SOURCES ? 'system' : 'source'
  return {
    ...{ kind, id, intervalSeconds: null },
    describe: () => {
      const zones = new Map(affected.map(({ zoneId, people }) => [zoneId, people]))
      const people = [...zones.values()].flatMap((each) => each ?? [])
      const [zoneId] = zones.keys()
      const zoneKey = affected[0]?.zone ?? null
      return {
        ...{ kind, id, name: englishNameOf({ kind, id }), thingId: null, owner: null },
        ...(zones.size === 1 ? { zoneId: zoneId ?? null, zoneKey } : { zoneId: null, zoneKey: null }),
        affectedThings: affected.length,
        affectedPeople: people.length === 0 ? null : people.reduce((a, b) => a + b, 0),
        things: affected.map(({ key }) => key),
      }
    },
  }
}
