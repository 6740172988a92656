import { DAY_MS } from '../basics/durations.ts'
import { hoursBetween, quantileOf, ratesAround } from './rates.ts'
import type { Reading } from './reading.ts'

/**
 * Which readings leave the line of a meter and come back to it: no meter does that, so they are wrong. Indexes of readings in
 * order of time. The decision about a reading rests on the readings within two days of it, so that it is the same in every
 * window.
 */
export function outliersOf(readings: readonly Reading[], empties?: Empties): ReadonlySet<number> {
  const single = isolated(readings)
  const kept = readings.map((_, index) => index).filter((index) => !single.has(index))
  const rest = kept.flatMap((index) => readings[index] ?? [])
  return new Set([...single, ...[...excursions(rest, empties)].flatMap((index) => kept[index] ?? [])])
}

/** Whether a reading stands out from both its neighbours while these go on rising: a peak or a dip, which no meter has. */
export const isIsolated = (before: number, own: number, after: number): boolean =>
  after >= before && (own < before || own > after)

/** Peaks and dips of one reading: higher than both neighbours, or lower, while the neighbours go on rising. */
function isolated(readings: readonly Reading[]): Set<number> {
  const deviations = new Map<number, number>()
  for (let i = 1; i < readings.length - 1; i++) {
    const [before, own, after] = [readings[i - 1], readings[i], readings[i + 1]]
    if (!before || !own || !after || !isIsolated(before.value, own.value, after.value)) continue
    const share = (own.at - before.at) / Math.max(1, after.at - before.at)
    deviations.set(i, Math.abs(own.value - (before.value + share * (after.value - before.value))))
  }
  // Of two neighbours that both stand out, the one further from its line is wrong.
  const outliers = [...deviations].filter(
    ([i, own]) => own > (deviations.get(i + 1) ?? -1) && own >= (deviations.get(i - 1) ?? -1),
  )
  return new Set(outliers.map(([i]) => i))
}

/** A jump is ten times what three quarters of the steps around stay below. Ours. */
const JUMP = 10
const USUAL_SHARE = 0.75
/** Longer than a day and three readings away from the line is no excursion: the meter was replaced, twice. Ours. */
const LONGEST_MS = DAY_MS
const LONGEST_READINGS = 3

/** Several readings in a row that leave the line by a drop or a jump and come back to it within a day. */
function excursions(readings: readonly Reading[], empties: Empties | undefined): Set<number> {
  const found = new Set<number>()
  const mark = (from: number, to: number): void => {
    for (let i = from; i < to; i++) found.add(i)
  }
  for (let i = 1; i < readings.length; i++) {
    const [before, after] = [readings[i - 1], readings[i]]
    if (!before || !after || after.value >= before.value || found.has(i)) continue
    const back = returnAfter(readings, i)
    if (back !== undefined) {
      if (!empties || !filledAgain(readings, i, back)) mark(i, back)
      continue
    }
    const left = departureBefore(readings, i, found)
    if (left !== undefined && !(empties && filledFrom0(readings, left, i, empties))) mark(left, i)
  }
  return found
}

/** After the drop at `start`: the first reading back on the line before it, if it is reached by a jump. */
function returnAfter(readings: readonly Reading[], start: number): number | undefined {
  const line = readings[start - 1]
  if (!line) return undefined
  for (let i = start; ; i++) {
    const own = readings[i]
    if (!own || (own.at - line.at > LONGEST_MS && i - start > LONGEST_READINGS)) return undefined
    if (own.value < line.value) continue
    return isReturn(readings, i, line, own, readings[i - 1]) ? i : undefined
  }
}

/** Before the drop at `end`: the first reading above the line, if it was reached by a jump. */
function departureBefore(readings: readonly Reading[], end: number, away: ReadonlySet<number>): number | undefined {
  const line = readings[end]
  if (!line) return undefined
  for (let i = end - 1; ; i--) {
    const own = readings[i]
    if (!own || (line.at - own.at > LONGEST_MS && end - 1 - i > LONGEST_READINGS)) return undefined
    if (own.value > line.value || away.has(i)) continue
    return isReturn(readings, i + 1, own, line, readings[i + 1]) ? i + 1 : undefined
  }
}

/** `from` and `to` lie on one line, `away` next to it, and the step at `jump` is none that the meter counts. */
function isReturn(
  readings: readonly Reading[],
  jump: number,
  from: Reading,
  to: Reading,
  away: Reading | undefined,
): boolean {
  const [a, b] = [readings[jump - 1], readings[jump]]
  if (!a || !b || !away) return false
  // Back on the line: far nearer to it than the excursion was away.
  if (to.value - from.value > Math.min(Math.abs(away.value - from.value), Math.abs(to.value - away.value)) / 2)
    return false
  const usual = quantileOf(ratesAround(readings, jump, new Set([jump])), USUAL_SHARE) ?? 0
  return b.value - a.value > JUMP * usual * hoursBetween(a, b)
}

/** A register that is set back to zero, as a rain gauge is each day: the most it can count in an hour. */
export type Empties = { readonly maxRate: (at: number) => number }
/** What was counted around explains at most twice its highest rate, as for resets. */
const MARGIN = 2

/** From `left` to `end`, several readings: it counted from zero, no faster than it can, and was set back to zero. */
function filledFrom0(readings: readonly Reading[], left: number, end: number, { maxRate }: Empties): boolean {
  const away = readings.slice(left - 1, end)
  if (away[0]?.value !== 0 || readings[end]?.value !== 0) return false
  return away.every((own, i) => {
    const before = away[i - 1]
    return !before || own.value - before.value <= maxRate(own.at) * hoursBetween(before, own)
  })
}

/** From `start` to `back`: it was set back to zero, stayed there, and counted again as fast as it does around. */
function filledAgain(readings: readonly Reading[], start: number, back: number): boolean {
  const [a, b] = [readings[back - 1], readings[back]]
  if (!a || !b || back - start <= LONGEST_READINGS || readings[start]?.value !== 0) return false
  const highest = Math.max(0, ...ratesAround(readings, back, new Set([back])))
  return b.value - a.value <= MARGIN * highest * hoursBetween(a, b)
}
