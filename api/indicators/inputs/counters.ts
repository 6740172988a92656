import type { Queryable } from '#infra/db/pool.ts'
import { cutOf, type Hours } from './hours.ts'
import { joinedByMeter, type Stretch } from './meter-stretch.ts'
import { byMonth, type Span } from './months.ts'

/** What a meter counted over a period: closing - opening + correction, read at the ends of hours. */
export type Consumption = {
  readonly opening: number
  readonly closing: number
  /** what the difference of readings misses because the meter began again at zero */
  readonly correction: number
  readonly resets: number
  /** hours between the two readings: the stretch of time that the difference stands for */
  readonly span: number
  /** hours of the period with a good reading */
  readonly hours: number
  readonly n: number
  readonly good: number
  readonly suspect: number
}

/** What a meter did in an hour or a day. */
type Row = {
  readonly id: number
  readonly bucket: Date
  readonly n: number
  readonly good: number
  readonly suspect: number
  readonly goodHours: number
  readonly first: number
  readonly last: number
  readonly low: number
  readonly high: number
}

const COLUMNS = `datastream_id as id, bucket, n::float8 as n, good::float8 as good, suspect::float8 as suspect, first, last, low, high`
// One stretch at a time: with its bounds as parameters, all other chunks are left out while the statement is planned.
const HOURS = `
  select ${COLUMNS}, 1 as "goodHours" from observation_hourly
  where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3 and good > 0`
const DAYS = `
  select ${COLUMNS}, good_hours::int as "goodHours" from observation_daily
  where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3 and good > 0 order by 1, 2`

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** By Datastream id; meters without a good reading are absent. */
export async function consumptions(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
  timeZone: string,
): Promise<ReadonlyMap<number, Consumption>> {
  const read = async (text: string, of: readonly number[], from: Date, to: Date): Promise<Row[]> =>
    from < to ? (await db.query<Row>(text, [of, from, to])).rows : []
  const load = async (span: Span): Promise<Stretch[]> => {
    const { from, firstDay, lastDay, to } = cutOf(span)
    const days = await read(DAYS, ids, firstDay, lastDay)
    const opened = toOpen(days)
    const rows = days.filter((day) => !opened.has(day))
    rows.push(...(await read(HOURS, ids, from, firstDay)), ...(await read(HOURS, ids, lastDay, to)))
    for (const [day, meters] of Map.groupBy(opened, ({ bucket }) => bucket.getTime())) {
      const of = meters.map(({ id }) => id)
      rows.push(...(await read(HOURS, of, new Date(day), new Date(day + DAY_MS))))
    }
    return joinedByMeter(rows.map(stretchOf))
  }
  // The hour before the period gives the opening reading, so a meter that reports hourly covers the whole of it.
  const before = await read(HOURS, ids, new Date(hours.from.getTime() - HOUR_MS), hours.from)
  const inside = await byMonth(db, { name: 'meters', version: 1, ids, load }, hours, timeZone)
  const all = joinedByMeter([...before.map((row) => ({ ...stretchOf(row), hours: 0 })), ...inside])
  return new Map(all.map((stretch) => [stretch.id, consumptionOf(stretch)]))
}

const stretchOf = ({ id, bucket, first, last, high, goodHours, n, good, suspect }: Row): Stretch => ({
  ...{ id, opening: { at: bucket.getTime(), first, last, high }, end: { at: bucket.getTime(), last } },
  ...{ correction: 0, resets: 0, hours: goodHours, n, good, suspect },
})

const consumptionOf = ({ opening, end, id: _, ...sums }: Stretch): Consumption => ({
  ...sums,
  opening: opening.last,
  closing: end.last,
  span: (end.at - opening.at) / HOUR_MS,
})

/**
 * A day can hide a restart only when its lowest reading is below half of its highest, or of the last one before it. Such
 * days, and the first and the last of each meter (where it began and ended to the hour), are opened into hours.
 */
function toOpen(days: readonly Row[]): ReadonlySet<Row> {
  return new Set(
    days.filter((day, i) => {
      const before = days[i - 1]
      if (before?.id !== day.id || days[i + 1]?.id !== day.id) return true
      return day.low < Math.max(day.high, before.last) / 2
    }),
  )
}
