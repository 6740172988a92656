import type { Severity, SubjectKind } from '#model/alerting/states.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import type { Context, Measured, Subject } from '../incidents.ts'
import {
  advance,
  type Evidence,
  type InstanceState,
  initialState,
  isIdle,
  type MachineRule,
  observe,
  type Step,
  suppress,
  type Transition,
} from '../machine.ts'
import { type Hours, observeHours } from '../revision.ts'
import { type Instance, type Instances, subjectKey } from './instances.ts'
import type { Cause, Change } from './persist.ts'
import type { ActiveRule } from './world.ts'

/** A state that changed in its times only is written this often. */
const REWRITE_MS = MINUTE_MS

/** A subject of rules: how instances name it, and how an incident describes it. */
export type SubjectRef = {
  readonly kind: SubjectKind
  readonly id: string
  readonly intervalSeconds: number | null
  /** what is measured, for messages */
  readonly measured?: Omit<Measured, 'thresholdOf'> | undefined
  readonly describe: () => Subject
}

type Work = {
  readonly rule: ActiveRule
  readonly ref: SubjectRef
  readonly before: Instance | undefined
  state: InstanceState
  readonly transitions: Transition[]
  close?: Change['close']
  remove?: boolean
}

/** One pass: what evidence makes of the instances, without writing any of it. */
export class Evaluation {
  readonly #instances: Instances
  readonly #now: Date
  readonly #work = new Map<string, Work>()
  #thingsByRule: Map<string, number[]> | undefined

  constructor(instances: Instances, now: Date) {
    this.#instances = instances
    this.#now = now
  }

  stateOf(rule: ActiveRule, ref: Pick<SubjectRef, 'kind' | 'id'>): InstanceState | undefined {
    const subject = subjectKey({ subjectKind: ref.kind, subjectId: ref.id })
    return this.#work.get(`${subject} ${rule.id}`)?.state ?? this.#instances.get(subject, rule.id)?.state
  }

  /** Things of which the rule has an instance from passes before this one. */
  subjectsOf({ id }: Pick<ActiveRule, 'id'>): readonly number[] {
    this.#thingsByRule ??= this.#groupByRule()
    return this.#thingsByRule.get(id) ?? []
  }

  #groupByRule(): Map<string, number[]> {
    const things = new Map<string, number[]>()
    for (const { ruleId, subjectKind, subjectId } of this.#instances.all()) {
      if (subjectKind !== 'thing') continue
      const own = things.get(ruleId)
      if (own) own.push(Number(subjectId))
      else things.set(ruleId, [Number(subjectId)])
    }
    return things
  }

  observe(rule: ActiveRule, ref: SubjectRef, evidence: readonly Evidence[], expectedFrom?: number): void {
    for (const each of evidence) this.#step(rule, ref, (machine, state) => observe(machine, state, each, expectedFrom))
  }

  /** As `observe`, for an instance that may not be in memory: until `lastAt` (null: never) it was normal. */
  observeFrom(
    rule: ActiveRule,
    ref: SubjectRef,
    evidence: readonly Evidence[],
    { lastAt, expectedFrom }: { readonly lastAt: number | null; readonly expectedFrom: number | undefined },
  ): void {
    const work = this.#workOf(rule, ref)
    work.state = { ...work.state, lastAt: work.state.lastAt ?? lastAt }
    this.observe(rule, ref, evidence, expectedFrom)
  }

  /** Figures of whole hours, those that changed since they were evaluated among them. */
  observeHours(rule: ActiveRule, ref: SubjectRef, hours: Omit<Hours, 'now'>): void {
    const now = this.#now.getTime()
    this.#step(rule, ref, (machine, state) => observeHours(machine, state, { ...hours, now }))
  }

  /** Ids of the subjects of which the rule has an instance from passes before this one. */
  knownTo({ id }: Pick<ActiveRule, 'id'>): ReadonlySet<string> {
    return new Set([...this.#instances.all()].flatMap(({ ruleId, subjectId }) => (ruleId === id ? [subjectId] : [])))
  }

  advance(rule: ActiveRule, ref: SubjectRef, to: number, expectedFrom?: number): void {
    this.#step(rule, ref, (machine, state) => advance(machine, state, to, expectedFrom))
  }

  /** From `lastAt` on nothing was measured: for instances that are not in memory because they are normal. */
  advanceFrom(rule: ActiveRule, ref: SubjectRef, lastAt: number | undefined, to: number, expectedFrom: number): void {
    this.#step(rule, ref, (machine, state) =>
      advance(machine, { ...state, lastAt: state.lastAt ?? lastAt ?? null }, to, expectedFrom),
    )
  }

  /** Its cause took over: an open incident is merged into that of the cause. */
  suppress(rule: ActiveRule, ref: SubjectRef, cause: Cause): void {
    if (this.stateOf(rule, ref) === undefined) return
    const work = this.#workOf(rule, ref)
    if (isIdle(work.state)) return
    work.state = suppress(rule.compiled.machineFor(ref.intervalSeconds), work.state)
    work.close = { reason: 'merged_into_cause', cause }
  }

  /** The subject is gone, or no longer in the scope of the rule. */
  remove(rule: ActiveRule, ref: SubjectRef): void {
    const work = this.#workOf(rule, ref)
    work.close = { reason: 'thing_retired' }
    work.remove = true
  }

  #step(rule: ActiveRule, ref: SubjectRef, run: (machine: MachineRule, state: InstanceState) => Step): void {
    const work = this.#workOf(rule, ref)
    const { state, transitions } = run(rule.compiled.machineFor(ref.intervalSeconds), work.state)
    work.state = state
    work.transitions.push(...transitions)
  }

  #workOf(rule: ActiveRule, ref: SubjectRef): Work {
    const subject = subjectKey({ subjectKind: ref.kind, subjectId: ref.id })
    const key = `${subject} ${rule.id}`
    const known = this.#work.get(key)
    if (known) return known
    const before = this.#instances.get(subject, rule.id)
    const state = before?.state ?? initialState(rule.compiled.machineFor(ref.intervalSeconds))
    const work: Work = { rule, ref, before, state, transitions: [] }
    this.#work.set(key, work)
    return work
  }

  /** What has to be written, and what changed in memory alone. */
  results(): { readonly changes: Change[]; readonly inMemory: Instance[] } {
    const changes: Change[] = []
    const inMemory: Instance[] = []
    for (const work of this.#work.values()) {
      const after = this.#after(work)
      const matters = this.#matters(work)
      if (matters) changes.push(this.#changeOf(work, after))
      else if (work.before || !isNormal(work)) inMemory.push(after)
    }
    return { changes, inMemory }
  }

  #after({ rule, ref, before, state }: Work): Instance {
    return {
      ...{ ruleId: rule.id, subjectKind: ref.kind, subjectId: ref.id, state },
      ...{ incidentId: before?.incidentId ?? null, storedAt: before?.storedAt ?? 0 },
    }
  }

  #matters({ before, state, transitions, close, remove, ...work }: Work): boolean {
    if (transitions.length > 0 || close || remove) return true
    if (!before) return !isNormal({ ...work, before, state, transitions })
    if (shapeOf(before.state) !== shapeOf(state)) return true
    const age = this.#now.getTime() - before.storedAt
    return isIdle(state) ? isExpected({ ...work, state }) && age >= HOUR_MS : age >= REWRITE_MS
  }

  #changeOf({ rule, ref, before, transitions, close, remove }: Work, after: Instance): Change {
    const thresholdOf = (severity: Severity): number | undefined =>
      rule.compiled.levels.find((level) => level.severity === severity)?.threshold
    const context: Context = {
      rule: { id: rule.id, name: rule.name },
      subject: ref.describe(),
      measured: { ...ref.measured, thresholdOf },
      now: this.#now,
    }
    return {
      ...{ before, after, context, transitions, ruleVersion: rule.version },
      ...(close && { close }),
      ...(remove && { remove }),
    }
  }
}

/** Normal, and nothing of it has to be remembered: rules with a schedule compare the old value when it opens. */
function isNormal({ rule, state }: Pick<Work, 'rule' | 'state'> & Partial<Work>): boolean {
  const { windows, levels, direction } = rule.compiled
  if (!isIdle(state) || isExpected({ rule, state })) return false
  if (!windows || state.lastValue === null) return true
  const sign = direction === 'above' ? 1 : -1
  return !levels.some(({ threshold }) => sign * ((state.lastValue ?? 0) - threshold) > 0)
}

/** What had a figure is expected to have another, where somebody wants to be notified that it has none: no Datastream says so. */
const isExpected = ({ rule, state }: Pick<Work, 'rule' | 'state'>): boolean =>
  rule.compiled.notifiesNoData && rule.definition.condition.kind === 'air_index' && state.lastAt !== null

/** All of a state but the newest value and the clock. */
const shapeOf = ({ levels, noDataSince, episode, changes, flappingSince }: InstanceState): string =>
  JSON.stringify([levels, noDataSince, episode, changes.length, flappingSince])
