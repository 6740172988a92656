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
import { fullHourBefore, hasQuarterHours } from '#model/basics/period.ts'
import { GRADES_THEN, hoursText, hoursValues, stationOf } from './index-of.ts'
import { type InForce, type Placements, placementsInForce, placementsOf } from './placements.ts'

type By = AirHistoryResponse['by']
type Place = AirHistoryResponse['places'][number]
export type AirHistoryQuery = {
  readonly scheme: AirHistoryResponse['scheme']
  readonly by: By
  /** ends of the frames, in the order of time */
  readonly ends: readonly number[]
  readonly now: Date
  readonly timeZone: string
}

const INDEX = { us: usIndex, european: europeanIndex }

// A row a pollutant of a Thing, however long the window: 30 days of 50 stations are 300 rows, not 250,000.
const historyText = (hasQuarters: boolean): string => `
  select h.thing, t.key, h.siting, h.property, array_agg(h.age) as ages, array_agg(h.mean) as means,
         array_agg(h.age) filter (where h.doubted) as doubted
  from (${hoursText(hasQuarters, GRADES_THEN)}) h join thing t on t.id = h.thing
  group by h.thing, t.key, h.siting, h.property
  order by t.key`
type HistoryRow = {
  thing: number
  key: string
  siting: string | null
  property: IndexPollutant
  ages: number[]
  means: (number | null)[]
  doubted: number[] | null
}

/**
 * The air quality index of every Thing or zone as it stood at each end: what `airIndexes` says of one moment. A Thing counts
 * in the zone that it belonged to at that end, and has the siting that it had then.
 */
export async function airHistory({ pool }: { pool: Pool }, query: AirHistoryQuery): Promise<Place[]> {
  const { timeZone, now } = query
  // A frame that is still running has the index of the last hour that is over.
  const ends = query.ends.map((end) => fullHourBefore(new Date(Math.min(end, now.getTime())), timeZone).getTime())
  const last = Math.max(...ends)
  const first = Math.min(...ends) - LOOK_BACK_HOURS * HOUR_MS
  const values = hoursValues(new Date(first), new Date(last))
  const { rows } = await pool.query<HistoryRow>(historyText(hasQuarterHours(timeZone)), values)
  const frames = { ends, first, last, scheme: query.scheme }
  const things = [...new Set(rows.map(({ thing }) => thing))]
  const placements = await placementsOf(pool, things)
  if (query.by === 'zone') return byZone(rows, placements, frames, now)
  const placementsByThing = Map.groupBy(placements, ({ thing }) => thing)
  return [...Map.groupBy(rows, ({ thing }) => thing)].map(([thing, own]) => {
    const inForce = placementsInForce(placementsByThing.get(thing) ?? [], ends, now)
    const parts = inForce.map(({ placed, at }) => partOf(sitedAs(own, placed), at, frames))
    return merged(own[0]?.key ?? '', ends, parts)
  })
}

type Frames = {
  readonly ends: readonly number[]
  readonly first: number
  readonly last: number
  readonly scheme: AirHistoryQuery['scheme']
}
type Index = ReturnType<typeof usIndex>
/** Indices of some frames, by their number. */
type Part = ReadonlyMap<number, Index>

/** Frames between two changes of the registry have the same Things in every zone, and are computed together. */
function byZone(rows: readonly HistoryRow[], placements: Placements, frames: Frames, now: Date): Place[] {
  const parts = new Map<string, Part[]>()
  for (const { placed, at } of placementsInForce(placements, frames.ends, now)) {
    for (const [zone, own] of Map.groupBy(sitedAs(rows, placed), ({ thing }) => placed.get(thing)?.zone ?? null)) {
      if (zone === null) continue
      const part = partOf(own, at, frames)
      const known = parts.get(zone)
      if (known) known.push(part)
      else parts.set(zone, [part])
    }
  }
  return [...parts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, own]) => merged(key, frames.ends, own))
}

const sitedAs = (rows: readonly HistoryRow[], placed: InForce['placed']): HistoryRow[] =>
  rows.map((row) => ({ ...row, siting: placed.get(row.thing)?.siting ?? null }))

function partOf(rows: readonly HistoryRow[], at: readonly number[], { ends, first, last, scheme }: Frames): Part {
  const hours = hourlyMeans(rows, (last - first) / HOUR_MS)
  const basis = basisOf(rows, hours)
  return new Map(
    at.map((i) => {
      const end = ends[i] ?? last
      const age = (last - end) / HOUR_MS
      return [i, INDEX[scheme](seriesAt(hours, age), new Date(end), basisAt(basis, age))]
    }),
  )
}

function merged(key: string, ends: readonly number[], parts: readonly Part[]): Place {
  const indices = ends.map((_, i) => parts.find((part) => part.has(i))?.get(i) ?? null)
  return {
    key,
    value: indices.map((index) => index?.value ?? null),
    category: indices.map((index) => index?.category ?? null),
    pollutant: indices.map((index) => index?.pollutant ?? null),
    atLeast: indices.map((index) => index?.atLeast ?? null),
  }
}

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
