import { HOUR_MS } from '../basics/durations.ts'
import { outliersOf } from './outliers.ts'
import { hoursBetween, quantileOf, ratesAround } from './rates.ts'
import type { MeterEvent, MeterRules, Reading, Replacement } from './reading.ts'
import { rolledOver } from './rollover.ts'
import { inOneUnit } from './unit-change.ts'

/** A reading that counts, with what was counted up to it since the first one. */
export type Point = Reading & { readonly counted: number }

/** What a meter counted, and what that rests on. */
export type MeterCount = {
  /** in the order of time */
  readonly points: readonly Point[]
  readonly events: readonly MeterEvent[]
  /** readings that left the line and came back: in no sum */
  readonly outliers: readonly Reading[]
  /** the last reading, where only the next one can say whether the meter dropped: in no sum yet */
  readonly unconfirmed: Reading | undefined
}

/** A step back of so small a share of the reading is a correction. Ours: the error that meters in use may have (MID, annex V). */
const CORRECTION_SHARE = 0.02
/** Rates of one meter running backwards, from one reading to the next. Ours. */
const ALIKE = 4
/** A restart is explained by at most twice the highest rate around. Ours. */
const MARGIN = 2
/** As in limits.ts, for meters that have no days around yet. */
const ABOVE_USUAL = 10
const USUAL_SHARE = 0.75

/**
 * Counts a meter from its good readings in the order of time.
 *
 * A step up that the meter can have counted counts. Readings that leave the line and come back to it are outliers. A drop after
 * which the meter stays on its new level is, in this order: a replacement that was recorded; one of several drops of much the
 * same rate, or a small one (the meter runs backwards or was corrected: it counts as it is); a register that rolled over; a
 * reset to zero, where the new reading can have been counted since; else a replacement nobody recorded, over which nothing
 * counts. So is a step up that is more than the meter can count. A drop with no reading after it waits: it counts once the next
 * reading confirms it. A step to another unit is none of these: what follows is counted in the unit before it.
 */
export function countMeter(readings: readonly Reading[], rules: MeterRules): MeterCount {
  const wrong = outliersBetween(readings, rules)
  const raw = readings.filter((_, index) => !wrong.has(index))
  const { line, changes } = inOneUnit(raw, rules)
  const outliers = readings.filter((_, index) => wrong.has(index))
  const points: Point[] = []
  const events: MeterEvent[] = []
  // counted = value + shift: on an undisturbed stretch the difference of two readings, to the last digit
  let shift = -(line[0]?.value ?? 0)
  const steps = { line, rules, changes, jumps: jumpsOf(line, rules) }
  for (const [i, own] of line.entries()) {
    const [before, shown] = [line[i - 1], raw[i] ?? own]
    if (before) {
      const event = eventBetween(steps, i, before, own)
      if (event && isUnconfirmed(event, line, i)) return { points, events, outliers, unconfirmed: shown }
      if (event) {
        events.push({ ...event, from: raw[i - 1]?.value ?? event.from, to: shown.value })
        shift += before.value - own.value + event.counted
      }
    }
    points.push({ ...shown, counted: own.value + shift })
  }
  return { points, events, outliers, unconfirmed: undefined }
}

/** Outliers of each meter alone: after a recorded replacement another line begins. */
function outliersBetween(readings: readonly Reading[], rules: MeterRules): ReadonlySet<number> {
  const empties = rules.empties ? rules : undefined
  if (rules.replacements.length === 0) return outliersOf(readings, empties)
  const wrong = new Set<number>()
  const isNew = (own: Reading, before: Reading | undefined): boolean =>
    before !== undefined && replacementsBetween(before, own, rules).length > 0
  const starts = readings.flatMap((own, i) => (i === 0 || isNew(own, readings[i - 1]) ? [i] : []))
  for (const [k, start] of starts.entries())
    for (const index of outliersOf(readings.slice(start, starts[k + 1]), empties)) wrong.add(start + index)
  return wrong
}

const isUnconfirmed = (event: MeterEvent, line: readonly Reading[], i: number): boolean =>
  event.inferred && event.kind !== 'correction' && i === line.length - 1

/** Readings with which another meter begins: the step to it is no rate of either. */
function jumpsOf(line: readonly Reading[], rules: MeterRules): ReadonlySet<number> {
  const isJump = (own: Reading, i: number): boolean => {
    const before = line[i - 1]
    if (!before || own.value < before.value) return false
    if (replacementsBetween(before, own, rules).length > 0) return true
    return own.value - before.value > mostBetween(before, own, rules, () => ratesAround(line, i, NONE))
  }
  return new Set(line.flatMap((own, i) => (isJump(own, i) ? [i] : [])))
}

/** In the order of time. */
const replacementsBetween = (before: Reading, own: Reading, { replacements }: MeterRules): Replacement[] =>
  replacements.filter(({ at }) => at > before.at && at <= own.at).toSorted((a, b) => a.at - b.at)

type Steps = {
  readonly line: readonly Reading[]
  readonly rules: MeterRules
  readonly changes: ReadonlyMap<number, number>
  readonly jumps: ReadonlySet<number>
}

function eventBetween(
  { line, rules, changes, jumps }: Steps,
  i: number,
  before: Reading,
  own: Reading,
): MeterEvent | undefined {
  const parts = { at: own.at, from: before.value, to: own.value }
  const recorded = replacementsBetween(before, own, rules)
  if (recorded.length > 0)
    return { ...parts, kind: 'replacement', inferred: false, counted: acrossReplacements(before, own, recorded) }
  const factor = changes.get(i)
  if (factor !== undefined)
    return { ...parts, kind: 'unit_change', inferred: true, counted: own.value - before.value, factor }
  if (own.value >= before.value)
    return jumps.has(i) ? { ...parts, kind: 'replacement', inferred: true, counted: 0 } : undefined
  if (isRunningBack(line, i)) return { ...parts, kind: 'correction', counted: own.value - before.value, inferred: true }
  return { ...parts, ...dropBetween(before, own, ratesAround(line, i, jumps), rules), inferred: true }
}

/** Next to another drop of much the same rate: the meter runs backwards, down to zero too. */
function isRunningBack(line: readonly Reading[], i: number): boolean {
  const own = backRate(line, i)
  return [i - 1, i + 1].some((k) => {
    const other = backRate(line, k)
    return other > 0 && own <= ALIKE * other && other <= ALIKE * own
  })
}
/** How fast the meter ran back up to the reading at `i`; 0 where it did not. */
function backRate(line: readonly Reading[], i: number): number {
  const [before, own] = [line[i - 1], line[i]]
  return before && own ? Math.max(0, before.value - own.value) / hoursOf(before, own) : 0
}

const NONE: ReadonlySet<number> = new Set()

/**
 * What the meters between two readings counted: the old one up to its final reading, each one from its start to its final
 * reading, and the last one from its start. What was not recorded of one of them is not known, and counts nothing.
 */
function acrossReplacements(before: Reading, own: Reading, replacements: readonly Replacement[]): number {
  let [from, counted]: [number | undefined, number] = [before.value, 0]
  for (const { finalReading, startReading } of replacements) {
    if (from !== undefined && finalReading !== undefined) counted += finalReading - from
    from = startReading
  }
  return counted + (from === undefined ? 0 : own.value - from)
}

/** What a meter can count from one reading to the next. A step of less than a day may hold what a day does: a late reading. */
function mostBetween(before: Reading, own: Reading, rules: MeterRules, rates: () => number[]): number {
  const hours = Math.max(24, hoursBetween(before, own))
  const most = rules.maxRate(own.at) * hours
  if (own.value - before.value <= most) return most
  const others = rates().toSorted((a, b) => a - b)
  // the step itself is among the rates
  others.splice(
    others.findLastIndex((rate) => rate <= (own.value - before.value) / hoursOf(before, own)),
    1,
  )
  return Math.max(most, ABOVE_USUAL * (quantileOf(others, USUAL_SHARE) ?? 0) * hours)
}
const hoursOf = (a: Reading, b: Reading): number => Math.max(b.at - a.at, 1) / HOUR_MS

function dropBetween(
  before: Reading,
  own: Reading,
  rates: readonly number[],
  rules: MeterRules,
): Pick<MeterEvent, 'kind' | 'counted'> {
  const hours = hoursBetween(before, own)
  const highest = rates.length === 0 ? undefined : Math.max(...rates)
  const explained = highest === undefined ? undefined : MARGIN * highest * hours
  const back = before.value - own.value
  if (isCorrection(before.value, back, explained ?? 0)) return { kind: 'correction', counted: -back }
  // At nothing but zero: a register that rolls over shows it by chance.
  if (rules.empties && own.value === 0) return { kind: 'reset', counted: 0 }
  const over = rolledOver(before.value, own.value, explained ?? rules.maxRate(own.at) * hours, rules.unit)
  if (over !== undefined) return { kind: 'rollover', counted: over }
  if (own.value <= (explained ?? 0)) return { kind: 'reset', counted: own.value }
  return { kind: 'replacement', counted: 0 }
}

/** Small against the reading, or what the meter may have run backwards, which ends above half of the reading. */
const isCorrection = (value: number, back: number, explained: number): boolean =>
  back <= CORRECTION_SHARE * Math.abs(value) || (back <= explained && back <= value / 2)

/** The reading that counts at an instant: the last one at or before it. */
export function pointAt(points: readonly Point[], at: number): Point | undefined {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.at ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return points[low - 1]
}
