import type { Queryable } from '#infra/db/pool.ts'
import { airSums } from './air-sums.ts'
import { clockHours } from './clock-hours.ts'
import { USABLE_MEAN } from './hour-means.ts'
import type { Hours } from './hours.ts'
import { localTime, localTimeValues } from './local-time.ts'
import { byMonth, type Span } from './months.ts'

/** Mean of the hourly means of one Datastream over a period. An hour counts when it has an observation that counts. */
export type PeriodMean = {
  readonly mean: number | null
  readonly hours: number
  /** observations, of which `good` passed or were not evaluated */
  readonly n: number
  readonly good: number
  readonly suspect: number
  /** the same mean with suspect observations counted as good */
  readonly withSuspect: number | null
}

/** By Datastream id; Datastreams without an observation in the period are absent. */
export async function periodMeans(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
): Promise<ReadonlyMap<number, PeriodMean>> {
  const byStream = Map.groupBy(await airSums(db, ids, hours), ({ id }) => id)
  return new Map([...byStream].map(([id, rows]) => [id, meanOf(rows)]))
}

/** Whole hours that begin in the peaks of working days in local time. */
const LOCAL = localTime('bucket', 3)
const PEAK = `extract(isodow from ${LOCAL}) < 6 and extract(hour from ${LOCAL}) = any($5::int[])`
const PEAK_HOURS = `
  select count(*)::int as expected
  from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') bucket where ${PEAK}`
const peakSums = (hasQuarters: boolean | undefined): string => `
  select datastream_id as id, sum(total / nullif(good, 0)) as total, (count(*) filter (where good > 0))::int as hours,
         sum(n)::float8 as n, sum(good)::float8 as good, sum(suspect)::float8 as suspect,
         sum(${USABLE_MEAN}) as usable, (count(*) filter (where good + suspect > 0))::int as "usableHours"
  from ${clockHours(hasQuarters, { ids: '$6', from: '$1', to: '$2' })}
  where ${PEAK}
  group by 1`
type PeakSums = MeanSums & { id: number }
type MeanSums = Pick<PeriodMean, 'hours' | 'n' | 'good' | 'suspect'> & {
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
  const valuesOf = (span: Span): unknown[] => [span.from, span.to, ...localTimeValues(timeZone, span), peak]
  const { rows: counted } = await db.query<{ expected: number }>(PEAK_HOURS, valuesOf(hours))
  const load = async (span: Span): Promise<PeakSums[]> =>
    (await db.query<PeakSums>(peakSums(hours.hasQuarters), [...valuesOf(span), ids])).rows
  const family = { name: 'peak', version: 3, ids, about: peak, load }
  const byStream = Map.groupBy(await byMonth(db, family, hours, timeZone), ({ id }) => id)
  const means = new Map([...byStream].map(([id, rows]) => [id, meanOf(rows)]))
  return { means, expected: counted[0]?.expected ?? 0 }
}

function meanOf(rows: readonly MeanSums[]): PeriodMean {
  const sum = (of: (row: MeanSums) => number): number => rows.reduce((sum, row) => sum + of(row), 0)
  const [hours, usableHours] = [sum((row) => row.hours), sum((row) => row.usableHours)]
  return {
    mean: hours > 0 ? sum((row) => row.total ?? 0) / hours : null,
    withSuspect: usableHours > 0 ? sum((row) => row.usable ?? 0) / usableHours : null,
    ...{ hours, n: sum((row) => row.n), good: sum((row) => row.good), suspect: sum((row) => row.suspect) },
  }
}
