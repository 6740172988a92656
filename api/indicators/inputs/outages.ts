import type { Queryable } from '#infra/db/pool.ts'
import type { Hours } from './hours.ts'

/** What one feeder's customers went through in a period. */
export type Outages = {
  readonly interruptions: number
  /** customers, each counted once for each interruption */
  readonly interrupted: number
  /** customer minutes */
  readonly minutes: number
  /** restored within three minutes: not in the sums */
  readonly short: number
}

/** EN 50160: an interruption is long when it lasts more than three minutes; shorter ones are another matter. */
const SHORT_MS = 3 * 60_000

// The rollup finds the hours with customers off; raw is read for these alone, with the reading before (is it a beginning?)
// and after (restored when?). A reading from more than 31 days before says nothing any more.
const READINGS = `
  with hour as (
    select datastream_id as id, bucket from observation_hourly
    where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3 and high > 0
  )
  select h.id, o.phenomenon_time as at, o.result as "off"
  from hour h join observation o on o.datastream_id = h.id
    and o.phenomenon_time >= h.bucket and o.phenomenon_time < h.bucket + interval '1 hour' and o.quality in (1, 2)
  where o.phenomenon_time >= $2::timestamptz and o.phenomenon_time < $3::timestamptz
  union
  select h.id, b.phenomenon_time, b.result from hour h cross join lateral (
    select phenomenon_time, result from observation o
    where o.datastream_id = h.id and o.phenomenon_time < h.bucket and o.phenomenon_time >= h.bucket - interval '31 days'
      and o.quality in (1, 2) order by o.phenomenon_time desc limit 1) b
  union
  select h.id, a.phenomenon_time, a.result from hour h cross join lateral (
    select phenomenon_time, result from observation o
    where o.datastream_id = h.id and o.phenomenon_time >= h.bucket + interval '1 hour'
      and o.phenomenon_time < h.bucket + interval '31 days' and o.quality in (1, 2) order by o.phenomenon_time limit 1) a
  order by 1, 2`
type Reading = { readonly id: number; readonly at: Date; readonly off: number }

/** By Datastream id; feeders without an interruption are absent. */
export async function outages(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Hours,
): Promise<ReadonlyMap<number, Outages>> {
  const { rows } = await db.query<Reading>(READINGS, [ids, from, to])
  const byFeeder = Map.groupBy(rows, ({ id }) => id)
  return new Map([...byFeeder].map(([id, own]) => [id, summed(own, { from, to })]))
}

/**
 * Customers off are a step function of time: every rise interrupts that many customers, the area under it is customer minutes
 * (IEEE Std 1366, SAIFI and CAIDI). An interruption belongs to the period in which it begins, with all its minutes; one
 * that is not over counts up to the end of the period.
 */
function summed(readings: readonly Reading[], { from, to }: Pick<Hours, 'from' | 'to'>): Outages {
  const total = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }
  let open: { since: number; last: Reading; interrupted: number; minutes: number } | undefined
  const close = (at: number): void => {
    if (!open) return
    const { since, last, interrupted } = open
    const minutes = open.minutes + last.off * minutesBetween(last.at.getTime(), at)
    if (since >= from.getTime() && since < to.getTime()) {
      if (at - since <= SHORT_MS) total.short++
      else {
        total.interruptions++
        total.interrupted += interrupted
        total.minutes += minutes
      }
    }
    open = undefined
  }
  for (const reading of readings) {
    if (reading.off <= 0) close(reading.at.getTime())
    else if (!open) open = { since: reading.at.getTime(), last: reading, interrupted: reading.off, minutes: 0 }
    else {
      open.minutes += open.last.off * minutesBetween(open.last.at.getTime(), reading.at.getTime())
      open.interrupted += Math.max(0, reading.off - open.last.off)
      open.last = reading
    }
  }
  close(to.getTime())
  return total
}

const minutesBetween = (from: number, to: number): number => Math.max(0, to - from) / 60_000
