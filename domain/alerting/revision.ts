/**
 * Figures of whole hours (indices) change after they were evaluated: late data completes an hour, a correction takes values out of
 * it. The state machine runs again over the hours that changed, from the state before them. What it ends in is the condition from
 * now on, and whoever was notified of something else is notified of that; what would have begun and ended meanwhile is over, and
 * notifies nobody.
 */
import { HOUR_MS } from '#model/basics/durations.ts'
import {
  advance,
  conditionOf,
  type Evidence,
  type InstanceState,
  type MachineRule,
  observe,
  type Step,
  severityOf,
  type Transition,
  withoutRecent,
} from './machine.ts'

/** Hours that can still change: what is measured more than a day before it arrives is not evaluated. */
export const REVISED_HOURS = 24

export type Hours = {
  /** all that there is from `from` on, in the order of time */
  readonly evidence: readonly Evidence[]
  readonly from: number
  /** hours up to this one were evaluated before */
  readonly reached: number
  readonly now: number
}

export function observeHours(rule: MachineRule, state: InstanceState, hours: Hours): Step {
  const { evidence, from, reached, now } = hours
  const recent = state.recent ?? { before: state, evidence: [] }
  const begin = recent.before.lastAt ?? Number.NEGATIVE_INFINITY
  const all = [
    ...recent.evidence.filter(({ at }) => at < from),
    ...evidence.filter(({ at }) => at >= from && at > begin),
  ]
  const past = all.filter(({ at }) => at <= reached)
  const transitions: Transition[] = []
  let next = withoutRecent(state)
  if (!isSame(past, recent.evidence)) {
    next = replayed(rule, recent.before, past, state.clock)
    transitions.push(...differences(rule, state, next, now))
  }
  for (const each of all.filter(({ at }) => at > reached)) {
    const step = observe(rule, next, each)
    next = step.state
    transitions.push(...step.transitions)
  }
  return { state: { ...next, recent: trimmed(rule, recent.before, all) }, transitions }
}

const isSame = (a: readonly Evidence[], b: readonly Evidence[]): boolean =>
  a.length === b.length && a.every(({ at, value }, i) => at === b[i]?.at && value === b[i]?.value)

/** @param clock how far timers were followed */
function replayed(
  rule: MachineRule,
  before: InstanceState,
  evidence: readonly Evidence[],
  clock: number | null,
): InstanceState {
  const state = evidence.reduce((now, each) => observe(rule, now, each).state, before)
  return clock !== null && clock > (state.clock ?? clock) ? advance(rule, state, clock).state : state
}

type Recent = NonNullable<InstanceState['recent']>

/** Hours that cannot change any more are part of the state before the others. */
function trimmed(rule: MachineRule, before: InstanceState, evidence: readonly Evidence[]): Recent {
  const oldest = (evidence.at(-1)?.at ?? 0) - REVISED_HOURS * HOUR_MS
  const kept = evidence.filter(({ at }) => at > oldest)
  return {
    before: evidence
      .slice(0, evidence.length - kept.length)
      .reduce((state, each) => observe(rule, state, each).state, withoutRecent(before)),
    evidence: kept,
  }
}

/** What has to be said to those who know `from` so that they know `to`. */
function differences(rule: MachineRule, from: InstanceState, to: InstanceState, at: number): Transition[] {
  const [was, is] = [from.episode, to.episode]
  const step = (event: Transition['event'], of: Partial<Transition> = {}): Transition => ({
    ...{ at, event, from: conditionOf(from), to: conditionOf(to), value: to.lastValue },
    ...{ severity: severityOf(rule, to) ?? is?.notifiedSeverity ?? null, startedAt: is?.startedAt ?? null },
    ...{ endedAt: null, ...of },
  })
  const isOther = was !== null && is !== null && was.noData !== is.noData
  const ends = was !== null && (is === null || isOther)
  const begins = is !== null && (was === null || isOther)
  const said: Transition[] = []
  if (ends)
    said.push(
      step(was.noData ? 'back' : 'resolved', {
        ...{ severity: was.notifiedSeverity, startedAt: was.startedAt },
        endedAt: Math.max(was.startedAt, to.endedAt ?? is?.startedAt ?? was.startedAt),
      }),
    )
  if (begins) said.push(step(is.noData ? 'no_data' : 'opened'))
  if (was && is && !isOther && was.notifiedSeverity !== is.notifiedSeverity)
    said.push(step('severity_changed', { severity: is.notifiedSeverity, startedAt: was.startedAt }))
  return said.length > 0 || conditionOf(from) === conditionOf(to) ? said : [step(null)]
}
