import type { Pool } from '#infra/db/pool.ts'
import type { AirIndex } from '#model/air-quality/air-index.ts'
import { type StationType, stationTypeOf } from '#model/air-quality/european.ts'
import {
  type Basis,
  type Doubt,
  europeanIndex,
  type HourlySeries,
  INDEX_POLLUTANTS,
  type IndexPollutant,
  LOOK_BACK_HOURS,
  usIndex,
} from '#model/air-quality/index-of-hours.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { fullHourBefore, hasQuarterHours } from '#model/basics/period.ts'
import { clockHours } from '../measurements/clock-hours.ts'
import { confirmedSql } from '../measurements/confirmed.ts'
import { HOUR_MEAN, rangesInForce, rangeTable, rangeValues, WHILE_IN_FORCE } from '../measurements/hour-means.ts'
import { selectTimeZone } from '../queries/city.ts'

export type AirPair = { us: AirIndex | null; european: AirIndex | null }
/** By thing.id and by zone.id, and the city by people; who measures none of the pollutants is absent. */
export type AirIndexes = {
  byThing: Map<number, AirPair>
  byZone: Map<number, AirPair & { stations: number }>
  /** people: those of the zones that went in */
  city: AirPair & { stations: number; zones: number; people: number }
}

const WHOLE = 'array(select w.id from datastream_whole w where w.property = any($3::text[]))'
const NOW = `${rangeTable(4)} on range.property = d.property and range.grade = t.grade`
/** The grades that instruments had, for an index of the past. */
export const GRADES_THEN = `${rangesInForce(4, 'd.property = any($3::text[])')} on range.id = d.id and ${WHILE_IN_FORCE}`
// Hours of the city's clock that are over: a running hour would move the index with every message. An hour counts with one value. Two
// instruments of a Thing are averaged. A Thing that nobody has confirmed has an index of its own and is in that of no zone.
// $1 and $2: the window, whole hours; $3: the pollutants; $4 to $7: rangeValues.
// The hours are read first and once, by Datastream: joined as they are read, they would be read for every Datastream again.
export const hoursText = (hasQuarters: boolean, ranges = NOW): string => `
  with hours as materialized (
    select datastream_id, bucket, n, good, total, suspect, suspect_total
    from ${clockHours(hasQuarters, { ids: WHOLE, from: '$1', to: '$2' })}
    where good + suspect > 0
  )
  select thing, zone, siting, property, age, avg(mean) as mean,
         bool_or(suspect > 0) as doubted
  from (
    select d.thing_id as thing, case when ${confirmedSql('t')} then t.zone_id end as zone, t.attributes ->> 'siting' as siting, d.property, h.suspect,
           (extract(epoch from $2::timestamptz - h.bucket) / 3600)::int - 1 as age,
           ${HOUR_MEAN} as mean
    from hours h
    join datastream d on d.id = h.datastream_id
    join thing t on t.id = d.thing_id
    join ${ranges}
  ) hour
  group by 1, 2, 3, 4, 5`
export const hoursValues = (from: Date, to: Date): unknown[] => [
  from,
  to,
  INDEX_POLLUTANTS,
  ...rangeValues(INDEX_POLLUTANTS),
]
/** `mean`: null where all readings of the hour were doubted and left out */
type HourRow = {
  thing: number
  zone: number | null
  siting: string | null
  property: IndexPollutant
  age: number
  mean: number | null
  doubted: boolean
}

/**
 * The air quality indices of every Thing and zone at `at`, from the 24 complete hours before it, in one query. A zone's
 * index is that of the mean of its stations, hour by hour and pollutant by pollutant: not the worst station, and not a
 * mean of indices.
 */
export async function airIndexes({ pool }: { pool: Pool }, at: Date): Promise<AirIndexes> {
  const timeZone = (await selectTimeZone(pool)) ?? 'UTC'
  const end = fullHourBefore(at, timeZone)
  const from = new Date(end.getTime() - LOOK_BACK_HOURS * HOUR_MS)
  const { rows } = await pool.query<HourRow>(hoursText(hasQuarterHours(timeZone)), hoursValues(from, end))
  const byThing = new Map<number, AirPair>()
  for (const [thing, hours] of groupBy(rows, ({ thing }) => thing))
    byThing.set(thing, pairOf(seriesOf(hours), end, basisOf(hours)))
  const byZone: AirIndexes['byZone'] = new Map()
  for (const [zone, hours] of groupBy(rows, ({ zone }) => zone)) {
    if (zone === null) continue
    const stations = stationsIn(hours)
    byZone.set(zone, { ...pairOf(seriesOf(hours), end, basisOf(hours)), stations })
  }
  return { byThing, byZone, city: cityOf(rows, await peopleOf(pool), end) }
}

/** Those of which something went in. */
const stationsIn = (hours: readonly HourRow[]): number =>
  new Set(hours.flatMap(({ thing, mean }) => (mean === null ? [] : thing))).size

const PEOPLE = `select id, population from zone where population > 0`

async function peopleOf(pool: Pool): Promise<ReadonlyMap<number, number>> {
  const { rows } = await pool.query<{ id: number; population: number }>(PEOPLE)
  return new Map(rows.map(({ id, population }) => [id, population]))
}

/** Of the air that people of the zones breathe on average: hour by hour the zones' means, weighted with their people. */
function cityOf(rows: readonly HourRow[], people: ReadonlyMap<number, number>, end: Date): AirIndexes['city'] {
  const zones: { series: HourlySeries; weight: number }[] = []
  const inCity: HourRow[] = []
  let stations = 0
  for (const [zone, hours] of groupBy(rows, (row) => row.zone)) {
    const weight = zone === null ? undefined : people.get(zone)
    if (weight === undefined) continue
    zones.push({ series: seriesOf(hours), weight })
    inCity.push(...hours)
    stations += stationsIn(hours)
  }
  const all = zones.reduce((sum, { weight }) => sum + weight, 0)
  return { ...pairOf(weighted(zones), end, basisOf(inCity)), stations, zones: zones.length, people: all }
}

/** The weighted mean of several series, hour by hour and pollutant by pollutant, over those that have the hour. */
function weighted(parts: readonly { series: HourlySeries; weight: number }[]): HourlySeries {
  return Object.fromEntries(
    INDEX_POLLUTANTS.map((pollutant) => [
      pollutant,
      Array.from({ length: LOOK_BACK_HOURS }, (_, age) => {
        const known = parts.flatMap(({ series, weight }) => {
          const value = series[pollutant]?.[age] ?? null
          return value === null ? [] : [{ value, weight }]
        })
        const weights = known.reduce((sum, { weight }) => sum + weight, 0)
        return weights > 0 ? known.reduce((sum, { value, weight }) => sum + value * weight, 0) / weights : null
      }),
    ]),
  )
}

const pairOf = (series: HourlySeries, end: Date, basis: Basis): AirPair => ({
  us: usIndex(series, end, basis),
  european: europeanIndex(series, end, basis),
})

/**
 * Hours with doubted readings. They are left out of a place where nothing else was measured in that hour: its index is then
 * computed without them. A place of traffic stations alone has a traffic station's minimum set.
 */
function basisOf(rows: readonly HourRow[]): Basis {
  const hours = groupBy(rows, ({ property, age }) => `${property} ${age}`)
  const doubts = [...hours.values()].flatMap((own): Doubt[] => {
    const [one] = own
    if (!one || !own.some(({ doubted }) => doubted)) return []
    return [{ pollutant: one.property, age: one.age, leftOut: own.every(({ mean }) => mean === null) }]
  })
  return { station: stationOf(rows.map(({ siting }) => siting)), doubts }
}

export const stationOf = (sitings: readonly (string | null)[]): StationType =>
  sitings.length > 0 && sitings.every((siting) => stationTypeOf(siting) === 'traffic') ? 'traffic' : 'other'

/** Hourly means by pollutant, latest first; several stations of an hour are averaged. */
function seriesOf(rows: readonly HourRow[]): HourlySeries {
  const series: Partial<Record<IndexPollutant, (number | null)[]>> = {}
  for (const [property, hours] of groupBy(rows, (row) => row.property)) {
    const means = new Array<number | null>(LOOK_BACK_HOURS).fill(null)
    for (const [age, here] of groupBy(hours, (row) => row.age)) {
      const known = here.flatMap(({ mean }) => mean ?? [])
      if (known.length > 0) means[age] = known.reduce((sum, mean) => sum + mean, 0) / known.length
    }
    series[property] = means
  }
  return series
}

function groupBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
