import { DAY_MS, HOUR_MS } from '../basics/durations.ts'
import { type DayRise, limitByDay, type Rated } from './limits.ts'
import type { Reading, Replacement } from './reading.ts'
import { inOneUnit, isUnitStep } from './unit-change.ts'

/** A meter: the Datastream of its readings, and what the registry knows of it. */
export type Meter = Rated & {
  readonly id: number
  readonly unit: string
  readonly replacements: readonly Replacement[]
}

/**
 * The readings of an hour or a day, (start, start + length], as the rollup has them; `first` and the others are null where
 * none of them is good. Times are ms since 1970.
 */
export type MeterRow = {
  readonly id: number
  readonly start: number
  readonly n: number
  readonly good: number
  readonly suspect: number
  readonly goodHours: number
  readonly readings: RowReadings | null
}
export type RowReadings = {
  readonly first: Reading
  readonly last: Reading
  readonly low: number
  readonly high: number
}

export type Interval = { readonly from: number; readonly to: number }

const floorTo = (ms: number, at: number): number => Math.floor(at / ms) * ms
/** The hour or day (start, start + length] that an instant lies in. */
export const startOf = (ms: number, at: number): number => floorTo(ms, at - 1)

/** How many times too large readings are, as first and last readings of days show it. */
export type ScaleAt = (at: number) => number

/** The scale at every instant: that of the last reading of these days at or before it, else of the first one. */
export function scaleOfDays(meter: Meter, days: readonly MeterRow[], scaleAt?: ScaleAt): ScaleAt {
  const readings = readingsOf(days, new Map(), new Map())
  const { scales } = inOneUnit(readings, { ...meter, ...(scaleAt && { scaleAt }) })
  if (scales.every((scale) => scale === scales[0])) return () => scales[0] ?? 1
  return (at) => {
    const next = readings.findIndex((reading) => reading.at > at)
    return scales[Math.max(0, (next === -1 ? readings.length : next) - 1)] ?? 1
  }
}

/** The most the meter can count in an hour, day by day, from the days around. */
export function limitsOf(meter: Meter, days: readonly MeterRow[], scaleAt: ScaleAt): (at: number) => number {
  const inOne = ({ at, value }: Reading): number => value / scaleAt(at)
  const rises: DayRise[] = []
  let before: Reading | undefined
  for (const { start, readings } of days) {
    if (!readings) continue
    const { last } = readings
    const from = before ?? readings.first
    if (last.at > from.at)
      rises.push({ day: start, perHour: (inOne(last) - inOne(from)) / ((last.at - from.at) / HOUR_MS) })
    before = last
  }
  const limit = limitByDay(meter, rises)
  return (at) => limit(startOf(DAY_MS, at))
}

type OpenRules = {
  readonly maxRate: (at: number) => number
  readonly scaleAt: ScaleAt
  readonly replacements: readonly Replacement[]
}

/**
 * Which rows do not show all that matters: where a reading is lower than one before it, where the row rises by more than the
 * meter can count in a day or by the factor between two units, and where a replacement was recorded. Of these, what lies within the row has to be read. In all
 * others the readings only rise, so first and last say it all.
 */
export function toOpen(
  rows: readonly MeterRow[],
  { maxRate, scaleAt, replacements }: OpenRules,
  lengthMs: number,
): ReadonlySet<number> {
  const open = new Set<number>()
  let before: MeterRow | undefined
  for (const row of rows) {
    const { readings, start } = row
    if (!readings) continue
    const { first, last, low, high } = readings
    const previous = before?.readings?.last
    if (low < first.value || high > last.value) open.add(start)
    const from = previous ?? first
    const hours = Math.max(24, (start - (before?.start ?? start) - lengthMs) / HOUR_MS)
    const isJump =
      isUnitStep(from.value, last.value) || (last.value - from.value) / scaleAt(last.at) > maxRate(last.at) * hours
    const replaced = replacements.some(({ at }) => at > from.at && at <= last.at)
    if (first.value < from.value || isJump || replaced) {
      open.add(start)
      if (before) open.add(before.start)
    }
    before = row
  }
  return open
}

/** Readings for the count: of opened hours all, of other hours and of days the first and the last. */
export function readingsOf(
  days: readonly MeterRow[],
  hoursByDay: ReadonlyMap<number, readonly MeterRow[]>,
  rawByHour: ReadonlyMap<number, readonly Reading[]>,
): Reading[] {
  const readings: Reading[] = []
  const ends = (row: MeterRow): void => {
    if (!row.readings) return
    const { first, last } = row.readings
    readings.push(first)
    if (last.at > first.at) readings.push(last)
  }
  for (const day of days) {
    const hours = hoursByDay.get(day.start)
    if (!hours) ends(day)
    else
      for (const hour of hours) {
        const raw = rawByHour.get(hour.start)
        if (raw) readings.push(...raw)
        else ends(hour)
      }
  }
  return readings
}
