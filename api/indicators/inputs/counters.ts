import type { Queryable } from '#infra/db/pool.ts'
import { cutOf, type Hours } from './hours.ts'

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
type Entry = {
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
// The hour before the period gives the opening reading, so a meter that reports hourly covers the whole of it.
const EDGES = `
  select ${COLUMNS}, 1 as "goodHours" from observation_hourly
  where datastream_id = any($1::int[]) and bucket >= $2::timestamptz - interval '1 hour' and bucket < $3 and good > 0
  union all
  select ${COLUMNS}, 1 from observation_hourly
  where datastream_id = any($1::int[]) and bucket >= $4 and bucket < $5 and good > 0`
const DAYS = `
  select ${COLUMNS}, good_hours::int as "goodHours" from observation_daily
  where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3 and good > 0 order by 1, 2`
// One day at a time: with its bounds as parameters, all other chunks are left out while the statement is planned.
const OPENED = `
  select ${COLUMNS}, 1 as "goodHours" from observation_hourly
  where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3 and good > 0`

/** By Datastream id; meters without a good reading are absent. */
export async function consumptions(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
): Promise<ReadonlyMap<number, Consumption>> {
  const { from, firstDay, lastDay, to } = cutOf(hours)
  const edges = (await db.query<Entry>(EDGES, [ids, from, firstDay, lastDay, to])).rows
  const days = firstDay < lastDay ? (await db.query<Entry>(DAYS, [ids, firstDay, lastDay])).rows : []
  const opened = toOpen(days)
  const inside: Entry[] = []
  for (const [day, meters] of Map.groupBy(opened, ({ bucket }) => bucket.getTime())) {
    const of = meters.map(({ id }) => id)
    inside.push(...(await db.query<Entry>(OPENED, [of, new Date(day), new Date(day + DAY_MS)])).rows)
  }
  const entries = [...edges, ...days.filter((day) => !opened.has(day)), ...inside]
  const byMeter = Map.groupBy(entries, ({ id }) => id)
  return new Map([...byMeter].map(([id, own]) => [id, counted(own, from)]))
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * A day can hide a restart only when its lowest reading is below half of its highest, or of the last one before it. Such
 * days, and the first and the last of each meter (where it began and ended to the hour), are opened into hours.
 */
function toOpen(days: readonly Entry[]): ReadonlySet<Entry> {
  return new Set(
    days.filter((day, i) => {
      const before = days[i - 1]
      if (before?.id !== day.id || days[i + 1]?.id !== day.id) return true
      return day.low < Math.max(day.high, before.last) / 2
    }),
  )
}

/**
 * A reading below half of the one before is a restart from zero: what was counted up to the restart and after it both
 * count. A smaller step back is a corrected reading and is taken as it is.
 */
function counted(entries: readonly Entry[], from: Date): Consumption {
  const read = entries.toSorted((a, b) => a.bucket.getTime() - b.bucket.getTime())
  const sums = { correction: 0, resets: 0, hours: 0, n: 0, good: 0, suspect: 0 }
  let before: number | undefined
  for (const { bucket, n, good, suspect, goodHours, first, last, high } of read) {
    if (before !== undefined && last < before / 2) {
      sums.correction += before + (first >= before ? high - before : 0)
      sums.resets++
    }
    if (bucket >= from) sums.hours += goodHours
    sums.n += n
    sums.good += good
    sums.suspect += suspect
    before = last
  }
  const [one, end] = [read[0], read.at(-1)]
  const span = one && end ? (end.bucket.getTime() - one.bucket.getTime()) / HOUR_MS : 0
  return { opening: one?.last ?? 0, closing: end?.last ?? 0, span, ...sums }
}
