/**
 * The state machine of one instance: a rule at one subject. Pure: evidence in, transitions out; no clock of its own.
 *
 *     normal      --threshold exceeded-->                      pending
 *     pending     --one value within the threshold-->          normal
 *     pending     --exceeded for `for`-->                      firing      (opened)
 *     firing      --value beyond the recovery threshold-->     recovering
 *     recovering  --one value that has not recovered-->        firing
 *     recovering  --recovered for `keepFiring`-->              normal      (resolved)
 *     firing, recovering --another level, by the same rules--> the same    (severity_changed)
 *     any         --no measurement for `noDataAfter`-->        no_data     (no_data)
 *     no_data     --measurement-->                             what the value says, from where it was left (back)
 *     any         --N openings and endings in a window-->      the same    (flapping; then quiet until they are half as many)
 *     any         --the schedule closes-->                     normal      (resolved, when it was firing)
 *     normal      --the schedule opens-->                      what the last value says
 *
 * `error` (a rule could not be evaluated) is no state of an instance: what cannot be evaluated keeps its state (engine.ts).
 * Times are phenomenon times in Unix milliseconds. A level begins and ends only with a measurement, or with the schedule:
 * time alone is no evidence. Each level of the ladder is a comparator of its own with hysteresis and two delays; a level
 * that begins brings the milder ones with it, and one that ends ends the more severe ones.
 */
import type { Windows } from '#model/alerting/schedule.ts'
import type { Condition, Severity } from '#model/alerting/states.ts'

export type MachineLevel = {
  readonly severity: Severity
  readonly threshold: number
  readonly recovery: number
  readonly forMs: number
  readonly keepMs: number
}
export type MachineRule = {
  readonly direction: 'above' | 'below'
  /** mild to severe */
  readonly levels: readonly MachineLevel[]
  readonly windows?: Windows | undefined
  /** what was found holds until something else is found, outside the schedule too: silence. A measurement says nothing of later. */
  readonly lasts?: boolean | undefined
  /** absent: never */
  readonly noDataMs?: number | undefined
  /** absent: nobody is notified that measurements stopped */
  readonly noDataSeverity?: Severity | undefined
  readonly flapping: { readonly changes: number; readonly windowMs: number }
}

/** `since`: begin of the stretch of evidence for the other state; `from`: begin of the evidence for which it became active. */
type LevelState = { readonly active: boolean; readonly since: number | null; readonly from: number | null }
/** An incident in the eyes of the machine; the severity is that of the last message. */
export type Episode = { readonly startedAt: number; readonly notifiedSeverity: Severity; readonly noData: boolean }
export type InstanceState = {
  readonly levels: readonly LevelState[]
  readonly lastAt: number | null
  readonly lastValue: number | null
  /** since when the last value holds, where it lasts */
  readonly lastSince?: number
  /** how far timers were followed */
  readonly clock: number | null
  readonly noDataSince: number | null
  readonly episode: Episode | null
  /** begin of the good stretch with which the last level ended */
  readonly endedAt: number | null
  /** times of openings and endings, the newest 50 */
  readonly changes: readonly number[]
  readonly flappingSince: number | null
  /** of figures that may still change: the newest of them, and the state before these (revision.ts) */
  readonly recent?: { readonly before: InstanceState; readonly evidence: readonly Evidence[] }
}

export type Evidence = {
  readonly at: number
  /** null: something was measured, but not enough for a value */
  readonly value: number | null
  /** since when it has been so, where that is known; default `at` */
  readonly since?: number
}

export type EventKind = 'opened' | 'severity_changed' | 'resolved' | 'flapping' | 'no_data' | 'back'
export type Transition = {
  readonly at: number
  readonly from: Condition
  readonly to: Condition
  /** null: history only */
  readonly event: EventKind | null
  readonly severity: Severity | null
  readonly value: number | null
  readonly startedAt: number | null
  readonly endedAt: number | null
}
export type Step = { readonly state: InstanceState; readonly transitions: readonly Transition[] }

const MAX_CHANGES = 50
const IDLE: LevelState = { active: false, since: null, from: null }

export const initialState = (rule: MachineRule): InstanceState => ({
  levels: rule.levels.map(() => IDLE),
  ...{ lastAt: null, lastValue: null, clock: null, noDataSince: null },
  ...{ episode: null, endedAt: null, changes: [], flappingSince: null },
})

export function conditionOf({ levels, noDataSince, episode }: InstanceState): Condition {
  if (noDataSince !== null) return 'no_data'
  const lowest = levels.find(({ active }) => active)
  if (lowest) return lowest.since === null ? 'firing' : 'recovering'
  // a flapping incident stays open while the value is good
  if (episode && !episode.noData) return 'recovering'
  return levels.some(({ since }) => since !== null) ? 'pending' : 'normal'
}

export function severityOf(rule: MachineRule, { levels }: InstanceState): Severity | null {
  return levels.reduce<Severity | null>(
    (found, { active }, i) => (active ? (rule.levels[i]?.severity ?? found) : found),
    null,
  )
}

/** Whether nothing would be lost by forgetting the state, except `lastAt`. */
export const isIdle = (state: InstanceState): boolean =>
  state.noDataSince === null &&
  state.episode === null &&
  state.flappingSince === null &&
  state.levels.every(({ active, since }) => !active && since === null)

/**
 * One measurement. One that is not newer than the last is late: it changes nothing here; the history is corrected
 * elsewhere (engine/repair.ts).
 * @param expectedFrom since when measurements have been expected, where there was none before
 */
export function observe(rule: MachineRule, before: InstanceState, evidence: Evidence, expectedFrom?: number): Step {
  if (before.lastAt !== null && evidence.at <= before.lastAt) return { state: before, transitions: [] }
  const run = new Run(rule, before)
  // what is measured at the very instant of a deadline is in time
  run.advanceBefore(evidence.at, expectedFrom)
  run.measure(evidence)
  return run.end()
}

/** Follows the timers: missing data, schedule, end of flapping. */
export function advance(rule: MachineRule, before: InstanceState, to: number, expectedFrom?: number): Step {
  const run = new Run(rule, before)
  run.advance(to, expectedFrom)
  return run.end()
}

export function withoutRecent({ recent: _, ...state }: InstanceState): InstanceState {
  return state
}

/** A person closed the incident, or its cause took its place: nothing more is said of this episode, whatever is known later of it. */
export const dismiss = (state: InstanceState): InstanceState => ({
  ...withoutRecent(state),
  episode: null,
  flappingSince: null,
})

/** As if it had recovered, without a word: what is missing behind a cause is evaluated anew when the cause is gone. */
export const suppress = (rule: MachineRule, state: InstanceState): InstanceState => ({
  ...dismiss(state),
  levels: rule.levels.map(() => IDLE),
  noDataSince: null,
})

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class Run {
  readonly #rule: MachineRule
  readonly #state: Mutable<InstanceState>
  readonly #transitions: Transition[] = []

  constructor(rule: MachineRule, before: InstanceState) {
    this.#rule = rule
    this.#state = { ...before }
  }

  end(): Step {
    return { state: this.#state, transitions: this.#transitions }
  }

  advance(to: number, expectedFrom?: number): void {
    this.#advance(to, (at) => at <= to, expectedFrom)
  }

  advanceBefore(to: number, expectedFrom?: number): void {
    this.#advance(to, (at) => at < to, expectedFrom)
  }

  #advance(to: number, isDue: (at: number) => boolean, expectedFrom?: number): void {
    const state = this.#state
    state.clock ??= Math.min(to, state.lastAt ?? expectedFrom ?? to)
    for (;;) {
      const due = this.#nextDue(expectedFrom)
      if (due === undefined || !isDue(due.at)) break
      state.clock = Math.max(state.clock, due.at)
      due.run(due.at)
    }
    state.clock = Math.max(state.clock, to)
  }

  /** The timer that ends first. Each ends once: what it does takes it off the list. */
  #nextDue(expectedFrom?: number): { at: number; run: (at: number) => void } | undefined {
    const { noDataMs, windows, flapping } = this.#rule
    const { clock, noDataSince, lastAt, flappingSince, changes } = this.#state
    const now = clock ?? 0
    const timers: { at: number; run: (at: number) => void }[] = []
    const heard = lastAt ?? expectedFrom
    if (noDataMs !== undefined && noDataSince === null && heard !== undefined && (windows?.isOpen(now) ?? true))
      timers.push({ at: Math.max(heard + noDataMs, now), run: (at) => this.#loseData(at, heard + noDataMs) })
    const change = windows?.nextChange(now)
    if (change !== undefined) timers.push({ at: change, run: (at) => this.#changeWindow(at) })
    const keep = Math.floor(flapping.changes / 2)
    const leaving = changes.at(-1 - keep)
    if (flappingSince !== null && noDataSince === null && leaving !== undefined)
      timers.push({ at: Math.max(leaving + flapping.windowMs, now), run: (at) => this.#calm(at) })
    return timers.toSorted((a, b) => a.at - b.at)[0]
  }

  #loseData(at: number, since: number): void {
    const { noDataSeverity } = this.#rule
    const before = conditionOf(this.#state)
    this.#state.noDataSince = since
    if (noDataSeverity !== undefined && this.#state.episode === null)
      this.#state.episode = { startedAt: since, notifiedSeverity: noDataSeverity, noData: true }
    // An open incident stays open: silence is not recovery.
    this.#add(at, before, noDataSeverity === undefined ? null : 'no_data')
  }

  #changeWindow(at: number): void {
    if (this.#state.noDataSince !== null) return
    const { lastValue, lastSince } = this.#state
    const opens = this.#rule.windows?.isOpen(at) ?? true
    const since = lastSince === undefined ? {} : { since: lastSince }
    if (!opens || lastValue !== null) this.#apply({ at, value: lastValue ?? 0, ...since })
  }

  /** Flapping is over: what the incident has become is said once. */
  #calm(at: number): void {
    const state = this.#state
    const before = conditionOf(state)
    state.flappingSince = null
    if (state.levels.some(({ active }) => active) || state.episode === null) return
    this.#close(at, before, 'resolved', state.endedAt ?? at)
  }

  measure({ value, ...evidence }: Evidence): void {
    const state = this.#state
    state.lastAt = evidence.at
    // a measurement that arrived late: timers that went ahead of it run again from here
    state.clock = evidence.at
    if (value !== null) state.lastValue = value
    if (value !== null && this.#rule.lasts) state.lastSince = evidence.since ?? evidence.at
    if (state.noDataSince !== null) this.#return(evidence.at)
    if (value !== null) this.#apply({ ...evidence, value })
  }

  #return(at: number): void {
    const state = this.#state
    const event = this.#rule.noDataSeverity === undefined ? null : 'back'
    state.noDataSince = null
    // Across the gap nothing was measured: what was pending begins anew.
    state.levels = state.levels.map((level) => ({ ...level, since: null }))
    // what was measured before the deadline may arrive after it
    if (state.episode?.noData) this.#close(at, 'no_data', 'back', Math.max(at, state.episode.startedAt))
    else this.#add(at, 'no_data', event)
  }

  #apply({ at, value, since = at }: Evidence & { readonly value: number }): void {
    const state = this.#state
    const isOpen = this.#rule.windows?.isOpen(at) ?? true
    const before = conditionOf(state)
    const severity = severityOf(this.#rule, state)
    state.levels = isOpen ? this.#compare(at, value, since) : this.#allEnded(at)
    this.#conclude(at, before, severity)
  }

  #allEnded(at: number): LevelState[] {
    if (this.#state.levels.some(({ active }) => active)) this.#state.endedAt = at
    return this.#state.levels.map(() => IDLE)
  }

  #compare(at: number, value: number, since: number): LevelState[] {
    const sign = this.#rule.direction === 'above' ? 1 : -1
    const next = this.#rule.levels.map((level, i): LevelState => {
      const old = this.#state.levels[i] ?? IDLE
      const goesOver = old.active ? sign * (value - level.recovery) <= 0 : sign * (value - level.threshold) > 0
      if (!goesOver) return { ...old, since: null }
      const begun = old.since ?? since
      if (at - begun < (old.active ? level.keepMs : level.forMs)) return { ...old, since: begun }
      return old.active ? { active: false, since: null, from: begun } : { active: true, since: null, from: begun }
    })
    return this.#ordered(next)
  }

  /** More severe levels imply milder ones; a milder one that has ended takes the more severe ones with it. */
  #ordered(next: readonly LevelState[]): LevelState[] {
    const old = this.#state.levels
    const ended = next.findIndex((level, i) => old[i]?.active && !level.active)
    const severest = next.findLastIndex(({ active }) => active)
    if (ended === 0 || (ended >= 0 && !next.slice(0, ended).some(({ active }) => active)))
      this.#state.endedAt = next[ended]?.from ?? null
    return next.map((level, i): LevelState => {
      if (ended >= 0 && i > ended) return IDLE
      if (ended >= 0 && i === ended) return { ...level, from: null }
      if (level.active || i > severest) return level
      return { active: true, since: null, from: next[severest]?.from ?? null }
    })
  }

  #conclude(at: number, before: Condition, was: Severity | null): void {
    const state = this.#state
    const is = severityOf(this.#rule, state)
    if (was === null && is !== null) this.#open(at, before, is)
    else if (was !== null && is === null) this.#recover(at, before)
    else if (is !== null && state.episode && state.episode.notifiedSeverity !== is && state.flappingSince === null) {
      state.episode = { ...state.episode, notifiedSeverity: is, noData: false }
      this.#add(at, before, 'severity_changed')
    } else if (before !== conditionOf(state)) this.#add(at, before, null)
  }

  #open(at: number, before: Condition, severity: Severity): void {
    const state = this.#state
    const begun = Math.min(...state.levels.flatMap(({ active, from }) => (active && from !== null ? from : [])))
    const wasQuiet = state.flappingSince !== null || state.episode !== null
    state.episode ??= { startedAt: begun, notifiedSeverity: severity, noData: false }
    const flaps = this.#flaps(at)
    this.#add(at, before, flaps ? 'flapping' : wasQuiet ? null : 'opened')
  }

  #recover(at: number, before: Condition): void {
    const state = this.#state
    const flaps = state.episode !== null && this.#flaps(at)
    if (flaps) this.#add(at, before, 'flapping')
    else if (state.episode === null || state.flappingSince !== null) this.#add(at, before, null)
    else this.#close(at, before, 'resolved', state.endedAt ?? at)
  }

  /** Counts an opening or ending. @returns whether flapping begins with it */
  #flaps(at: number): boolean {
    const state = this.#state
    const { changes, windowMs } = this.#rule.flapping
    state.changes = [...state.changes.filter((each) => each > at - windowMs), at].slice(-MAX_CHANGES)
    if (state.flappingSince !== null || state.changes.length < changes) return false
    state.flappingSince = at
    return true
  }

  #close(at: number, before: Condition, event: 'resolved' | 'back', endedAt: number): void {
    const { episode } = this.#state
    this.#state.episode = null
    this.#add(at, before, event, {
      startedAt: episode?.startedAt ?? null,
      endedAt,
      severity: episode?.notifiedSeverity ?? null,
    })
  }

  #add(at: number, from: Condition, event: EventKind | null, of: Partial<Transition> = {}): void {
    const state = this.#state
    const { episode } = state
    const severity = severityOf(this.#rule, state) ?? episode?.notifiedSeverity ?? null
    const about = { severity, startedAt: episode?.startedAt ?? null, endedAt: null }
    this.#transitions.push({ at, from, to: conditionOf(state), event, value: state.lastValue, ...about, ...of })
  }
}
