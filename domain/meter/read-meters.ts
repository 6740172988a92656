/**
 * What meters counted, for series, indicators and playback alike: readings from the rollups where these show all that matters,
 * and from raw where they do not. The count itself is model/meter/count.ts.
 */

import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import {
  type Interval,
  limitsOf,
  type Meter,
  type MeterRow,
  readingsOf,
  type ScaleAt,
  scaleOfDays,
  startOf,
  toOpen,
} from '#model/meter/assemble.ts'
import { countMeter, type MeterCount } from '#model/meter/count.ts'
import type { MeterRules, Reading } from '#model/meter/reading.ts'
import { isUnitStep } from '#model/meter/unit-change.ts'
import {
  selectDayAfter,
  selectDayBefore,
  selectDays,
  selectFirstDay,
  selectHours,
  selectMeters,
  selectReadings,
  selectUnitSteps,
} from './queries.ts'

export type MeterRead = MeterCount & {
  /** of the hours that lie in the window: days where these are whole, hours elsewhere */
  readonly rows: readonly MeterRow[]
}

/** What is decided of a reading depends on the days around: a week of limits, and the drops and jumps next to it. */
export const AROUND_DAYS = 10
/** Hours are also read for this many days before and after an opened day, as its typical consumption. */
const BESIDE_DAYS = 2

/**
 * By Datastream id; meters without a reading are absent. The count holds at each of the edges (ms since 1970, in order): at
 * other instants inside a day it may lag behind by as much as the day.
 */
export async function readMeters(
  db: Queryable,
  ids: readonly number[],
  edges: readonly number[],
): Promise<ReadonlyMap<number, MeterRead>> {
  const [from, to] = [edges[0], edges.at(-1)]
  if (ids.length === 0 || from === undefined || to === undefined) return new Map()
  const meters = await selectMeters(db, ids)
  const around = { from: dayOf(from) - AROUND_DAYS * DAY_MS, to: dayOf(to) + (AROUND_DAYS + 1) * DAY_MS }
  const days = Map.groupBy(await selectDays(db, ids, around), ({ id }) => id)
  await addNearest(db, ids, days, { from, to }, around)
  const scales = await readScales(db, meters, days)
  const plans = meters.map((meter) => planOf(meter, days.get(meter.id) ?? [], edges, scales.get(meter.id) ?? (() => 1)))
  await addHours(db, plans)
  await addReadings(db, plans, edges)
  return new Map(
    plans.flatMap((plan) => {
      const count = countMeter(readingsOf(plan.days, plan.hours, plan.raw), rulesOf(plan.meter, plan))
      return count.points.length === 0 ? [] : [[plan.meter.id, { ...count, rows: rowsWithin(plan, from, to) }] as const]
    }),
  )
}

/** The rules by which `readMeters` evaluates meters between two instants, by Datastream id. */
export async function readMeterRules(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Interval,
): Promise<ReadonlyMap<number, MeterRules>> {
  const meters = await selectMeters(db, ids)
  const around = { from: dayOf(from) - AROUND_DAYS * DAY_MS, to: dayOf(to) + (AROUND_DAYS + 1) * DAY_MS }
  const days = Map.groupBy(await selectDays(db, ids, around), ({ id }) => id)
  const scales = await readScales(db, meters, days)
  return new Map(
    meters.map((meter) => {
      const scaleAt = scales.get(meter.id) ?? (() => 1)
      return [meter.id, rulesOf(meter, { maxRate: limitsOf(meter, days.get(meter.id) ?? [], scaleAt), scaleAt })]
    }),
  )
}

const rulesOf = (
  { property, unit, replacements }: Meter,
  { maxRate, scaleAt }: Required<Pick<MeterRules, 'maxRate' | 'scaleAt'>>,
): MeterRules => ({ unit, maxRate, replacements, scaleAt, empties: property === 'precipitation_total' })

/**
 * How many times too large the readings of these days are, because the device changed its unit on one of them or before. What
 * days long ago say is looked up only where the reading now is far above the first one ever, or below it: elsewhere the unit
 * is the one it began with.
 */
async function readScales(
  db: Queryable,
  meters: readonly Meter[],
  days: ReadonlyMap<number, readonly MeterRow[]>,
): Promise<ReadonlyMap<number, ScaleAt>> {
  const firstOf = (id: number) => days.get(id)?.find(({ readings }) => readings)
  const begin = new Map((await selectFirstDay(db, [...days.keys()])).map((row) => [row.id, row]))
  const doubted = [...days.keys()].filter((id) => {
    const [ever, now] = [begin.get(id), firstOf(id)]
    if (!ever?.readings || !now?.readings || ever.start >= now.start) return false
    const [before, own] = [ever.readings.first.value, now.readings.first.value]
    return own < before || before === 0 || isUnitStep(before, own)
  })
  const until = doubted.map((id) => firstOf(id)?.start ?? 0)
  const earlier = Map.groupBy(doubted.length === 0 ? [] : await selectUnitSteps(db, doubted, until), ({ id }) => id)
  return new Map(
    meters.map((meter) => {
      const own = days.get(meter.id) ?? []
      const initial = scaleOfDays(meter, [...(earlier.get(meter.id) ?? []), ...own])
      return [meter.id, scaleOfDays(meter, own, initial)] as const
    }),
  )
}

const dayOf = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS

type Plan = {
  readonly meter: Meter
  readonly days: readonly MeterRow[]
  readonly maxRate: (at: number) => number
  readonly scaleAt: ScaleAt
  /** days that are read by the hour */
  readonly openDays: ReadonlySet<number>
  readonly hours: Map<number, readonly MeterRow[]>
  readonly raw: Map<number, readonly Reading[]>
}

/**
 * Where a meter was silent around the window, its opening reading is looked for as far back as there is one, and the reading
 * that confirms what the last one says as far ahead.
 */
async function addNearest(
  db: Queryable,
  ids: readonly number[],
  days: Map<number, MeterRow[]>,
  edges: Interval,
  around: Interval,
): Promise<void> {
  const without = (has: (row: MeterRow) => boolean | null): number[] => ids.filter((id) => !days.get(id)?.some(has))
  const before = without(({ readings }) => readings && readings.first.at <= edges.from)
  const after = around.to > Date.now() ? [] : without(({ readings }) => readings && readings.last.at > edges.to)
  if (before.length > 0)
    for (const row of await selectDayBefore(db, before, around.from))
      days.set(row.id, [row, ...(days.get(row.id) ?? [])])
  if (after.length > 0)
    for (const row of await selectDayAfter(db, after, around.to)) days.set(row.id, [...(days.get(row.id) ?? []), row])
}

function planOf(meter: Meter, days: readonly MeterRow[], edges: readonly number[], scaleAt: ScaleAt): Plan {
  const maxRate = limitsOf(meter, days, scaleAt)
  const openDays = new Set<number>()
  for (const day of toOpen(days, { ...meter, maxRate, scaleAt }, DAY_MS))
    for (let beside = -BESIDE_DAYS; beside <= BESIDE_DAYS; beside++) openDays.add(day + beside * DAY_MS)
  for (const edge of edges) if (edge % DAY_MS !== 0) openDays.add(dayOf(edge))
  return { meter, days, maxRate, scaleAt, openDays, hours: new Map(), raw: new Map() }
}

/** Days in a row, for all meters that need the same ones, in one query. */
async function addHours(db: Queryable, plans: readonly Plan[]): Promise<void> {
  const wanted = plans.flatMap((plan) => runsOf(plan).map((run) => ({ plan, run })))
  for (const same of Map.groupBy(wanted, ({ run }) => `${run.from} ${run.to}`).values()) {
    const run = same[0]?.run
    if (!run) continue
    const rows = await selectHours(
      db,
      same.map(({ plan }) => plan.meter.id),
      run,
    )
    const byMeter = Map.groupBy(rows, ({ id }) => id)
    for (const { plan } of same) {
      const own = Map.groupBy(byMeter.get(plan.meter.id) ?? [], ({ start }) => dayOf(start))
      for (const [day, hours] of own) plan.hours.set(day, hours)
    }
  }
}

function runsOf({ days, openDays }: Plan): Interval[] {
  const runs: { from: number; to: number }[] = []
  for (const { start } of days) {
    if (!openDays.has(start)) continue
    const last = runs.at(-1)
    if (last?.to === start) last.to = start + DAY_MS
    else runs.push({ from: start, to: start + DAY_MS })
  }
  return runs
}

/** Raw readings of hours that hide something, and of those in which an edge lies. Where raw is gone, the hour stands for it. */
async function addReadings(db: Queryable, plans: readonly Plan[], edges: readonly number[]): Promise<void> {
  const split = new Set(edges.filter((edge) => edge % HOUR_MS !== 0).map((edge) => startOf(HOUR_MS, edge)))
  const wanted = plans.flatMap((plan) => {
    const hours = [...plan.hours.values()].flat().sort((a, b) => a.start - b.start)
    const open = toOpen(hours, { ...plan, replacements: plan.meter.replacements }, HOUR_MS)
    return hours
      .filter(({ start, good }) => good > 1 && (open.has(start) || split.has(start)))
      .map(({ start }) => ({ id: plan.meter.id, from: start, to: start + HOUR_MS }))
  })
  const readings = Map.groupBy(await selectReadings(db, wanted), ({ id }) => id)
  for (const plan of plans) {
    const own = Map.groupBy(readings.get(plan.meter.id) ?? [], ({ at }) => startOf(HOUR_MS, at))
    for (const [hour, raw] of own) plan.raw.set(hour, raw)
  }
}

function rowsWithin({ days, hours }: Plan, from: number, to: number): MeterRow[] {
  return days.flatMap((day) => {
    const own = hours.get(day.start)
    if (!own) return day.start >= from && day.start + DAY_MS <= to ? [day] : []
    return own.filter(({ start }) => start >= from && start + HOUR_MS <= to)
  })
}
