import type { Pool } from '#infra/db/pool.ts'
import {
  type Basis,
  type Doubt,
  europeanIndex,
  type HourlySeries,
  type IndexPollutant,
  LOOK_BACK_HOURS,
  usIndex,
} from '#model/air-quality/index-of-hours.ts'
import type { AirHistoryResponse } from '#model/api/history.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { HOURS, hoursValues, stationOf } from './index-of.ts'

type By = AirHistoryResponse['by']
type Place = AirHistoryResponse['places'][number]
export type AirHistoryQuery = {
  readonly scheme: AirHistoryResponse['scheme']
  readonly by: By
  /** ends of the frames, in the order of time */
  readonly ends: readonly number[]
  readonly now: Date
}

const INDEX = { us: usIndex, european: europeanIndex }

// A row a pollutant of a Thing, however long the window: 30 days of 50 stations are 300 rows, not 250,000.
const historyText = (by: By): string => `
  select k.key, h.siting, h.property, array_agg(h.age) as ages, array_agg(h.mean) as means,
         array_agg(h.age) filter (where h.doubted) as doubted
  from (${HOURS}) h join ${by} k on k.id = h.${by}
  group by h.thing, k.key, h.siting, h.property
  order by k.key`
type HistoryRow = {
  key: string
  siting: string | null
  property: IndexPollutant
  ages: number[]
  means: (number | null)[]
  doubted: number[] | null
}

/** The air quality index of every Thing or zone as it stood at each end: what `airIndexes` says of one moment. */
export async function airHistory({ pool }: { pool: Pool }, query: AirHistoryQuery): Promise<Place[]> {
  // A frame that is still running has the index of the last hour that is over.
  const ends = query.ends.map((end) => wholeHour(Math.min(end, query.now.getTime())))
  const last = Math.max(...ends)
  const first = Math.min(...ends) - LOOK_BACK_HOURS * HOUR_MS
  const { rows } = await pool.query<HistoryRow>(historyText(query.by), hoursValues(new Date(first), new Date(last)))
  return [...Map.groupBy(rows, ({ key }) => key)].map(([key, mine]) => {
    const hours = hourlyMeans(mine, (last - first) / HOUR_MS)
    const basis = basisOf(mine, hours)
    const indices = ends.map((end) => {
      const age = (last - end) / HOUR_MS
      return INDEX[query.scheme](seriesAt(hours, age), new Date(end), basisAt(basis, age))
    })
    return {
      key,
      value: indices.map((index) => index?.value ?? null),
      category: indices.map((index) => index?.category ?? null),
      pollutant: indices.map((index) => index?.pollutant ?? null),
      atLeast: indices.map((index) => index?.atLeast ?? null),
    }
  })
}

const wholeHour = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS

/** Newest first; where several stations measured an hour, their mean. */
function hourlyMeans(rows: readonly HistoryRow[], length: number): HourlySeries {
  const series: Partial<Record<IndexPollutant, (number | null)[]>> = {}
  for (const [property, mine] of Map.groupBy(rows, (row) => row.property)) {
    const sums = new Float64Array(length)
    const counts = new Uint16Array(length)
    for (const { ages, means } of mine) {
      for (const [index, age] of ages.entries()) {
        const mean = means[index] ?? null
        if (mean === null) continue
        sums[age] = (sums[age] ?? 0) + mean
        counts[age] = (counts[age] ?? 0) + 1
      }
    }
    series[property] = Array.from(counts, (count, age) => (count === 0 ? null : (sums[age] ?? 0) / count))
  }
  return series
}

/** The hours that an index looks back on, `age` hours before the latest. */
const seriesAt = (series: HourlySeries, age: number): HourlySeries =>
  Object.fromEntries(
    Object.entries(series).map(([property, hours]) => [property, hours.slice(age, age + LOOK_BACK_HOURS)]),
  )

function basisOf(rows: readonly HistoryRow[], hours: HourlySeries): Basis {
  const doubts = [...Map.groupBy(rows, ({ property }) => property)].flatMap(([pollutant, own]) => {
    const ages = new Set(own.flatMap(({ doubted }) => doubted ?? []))
    return [...ages].map((age): Doubt => ({ pollutant, age, leftOut: (hours[pollutant]?.[age] ?? null) === null }))
  })
  return { station: stationOf(rows.map(({ siting }) => siting)), doubts }
}

const basisAt = ({ station, doubts }: Basis, age: number): Basis => ({
  station,
  doubts: doubts.flatMap((doubt) => (doubt.age >= age ? [{ ...doubt, age: doubt.age - age }] : [])),
})
