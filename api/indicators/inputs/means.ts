import type { Queryable } from '#infra/db/pool.ts'
import { clockHours } from '../../queries/clock-hours.ts'
import { cutOf, type Hours } from './hours.ts'
import { byMonth, type Span } from './months.ts'

/** Mean of the hourly means of one Datastream over a period. An hour counts when it has a good observation. */
export type PeriodMean = {
  readonly mean: number | null
  readonly hours: number
  /** observations, of which `good` passed or were not evaluated */
  readonly n: number
  readonly good: number
  readonly suspect: number
  /** the same mean with the suspect observations taken for good */
  readonly withSuspect: number | null
}

/** of an hour, with the suspect observations taken for good */
const USABLE_MEAN = `(coalesce(total, 0) + coalesce(suspect_total, 0)) / nullif(good + suspect, 0)`
// Hours before observations: a sensor that sends more often at night must not pull the mean to the night. Days keep the sum
// of their hourly means and how many there were, so the mean over hours follows from them.
const hoursOf = (hasQuarters: boolean | undefined, from: string, to: string): string => `
  select datastream_id, n, good, case when good > 0 then 1 else 0 end as good_hours, total / nullif(good, 0) as hourly_means,
         suspect, case when good + suspect > 0 then 1 else 0 end as usable_hours, ${USABLE_MEAN} as usable_hourly_means
  from ${clockHours(hasQuarters, { ids: '$1', from, to })}`
const longMeans = (hasQuarters: boolean | undefined): string => `
  select datastream_id as id, sum(hourly_means) / nullif(sum(good_hours), 0)::float8 as mean, sum(good_hours)::int as hours,
         sum(n)::float8 as n, sum(good)::float8 as good, sum(suspect)::float8 as suspect,
         sum(usable_hourly_means) / nullif(sum(usable_hours), 0)::float8 as "withSuspect"
  from (
    ${hoursOf(hasQuarters, '$2', '$3')}
    union all
    select datastream_id, n, good, good_hours, hourly_means, suspect, usable_hours, usable_hourly_means
    from observation_daily where datastream_id = any($1::int[]) and bucket >= $3 and bucket < $4
    union all
    ${hoursOf(hasQuarters, '$4', '$5')}
  ) part
  group by 1`

/** By Datastream id; Datastreams without an observation in the period are absent. */
export async function periodMeans(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
): Promise<ReadonlyMap<number, PeriodMean>> {
  const { from, firstDay, lastDay, to } = cutOf(hours)
  const { rows } = await db.query<PeriodMean & { id: number }>(longMeans(hours.hasQuarters), [
    ids,
    from,
    firstDay,
    lastDay,
    to,
  ])
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}

/** Whole hours that begin in the peaks of working days in local time. */
const PEAK = `extract(isodow from bucket at time zone $3) < 6 and extract(hour from bucket at time zone $3) = any($4::int[])`
const PEAK_HOURS = `
  select count(*)::int as expected
  from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') bucket where ${PEAK}`
const peakSums = (hasQuarters: boolean | undefined): string => `
  select datastream_id as id, sum(total / nullif(good, 0)) as total, (count(*) filter (where good > 0))::int as hours,
         sum(n)::float8 as n, sum(good)::float8 as good, sum(suspect)::float8 as suspect,
         sum(${USABLE_MEAN}) as usable, (count(*) filter (where good + suspect > 0))::int as "usableHours"
  from ${clockHours(hasQuarters, { ids: '$5', from: '$1', to: '$2' })}
  where ${PEAK}
  group by 1`
type PeakSums = Pick<PeriodMean, 'hours' | 'n' | 'good' | 'suspect'> & {
  id: number
  total: number | null
  usable: number | null
  usableHours: number
}

/** Means over peak hours by Datastream id, and how many peak hours the period has had. */
export async function peakMeans(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
  timeZone: string,
  peak: readonly number[],
): Promise<{ means: ReadonlyMap<number, PeriodMean>; expected: number }> {
  const { rows: counted } = await db.query<{ expected: number }>(PEAK_HOURS, [hours.from, hours.to, timeZone, peak])
  const load = async ({ from, to }: Span): Promise<PeakSums[]> =>
    (await db.query<PeakSums>(peakSums(hours.hasQuarters), [from, to, timeZone, peak, ids])).rows
  const family = { name: 'peak', version: 2, ids, about: [timeZone, peak], load }
  const byStream = Map.groupBy(await byMonth(db, family, hours, timeZone), ({ id }) => id)
  const means = new Map([...byStream].map(([id, rows]) => [id, meanOf(rows)]))
  return { means, expected: counted[0]?.expected ?? 0 }
}

function meanOf(rows: readonly PeakSums[]): PeriodMean {
  const sum = (of: (row: PeakSums) => number): number => rows.reduce((held, row) => held + of(row), 0)
  const [hours, usableHours] = [sum((row) => row.hours), sum((row) => row.usableHours)]
  return {
    mean: hours > 0 ? sum((row) => row.total ?? 0) / hours : null,
    withSuspect: usableHours > 0 ? sum((row) => row.usable ?? 0) / usableHours : null,
    ...{ hours, n: sum((row) => row.n), good: sum((row) => row.good), suspect: sum((row) => row.suspect) },
  }
}
