import type { Queryable } from '#infra/db/pool.ts'
import { assess, unitOf } from '#model/air-quality/standards/assess.ts'
import { type AirStandard, REGULATED, type Regulated, type StandardRule } from '#model/air-quality/standards/schema.ts'
import type { StationYear } from '#model/air-quality/standards/station-year.ts'
import type { AirAssessment, AirLimitsResponse } from '#model/api/air-limits.ts'
import type { DatastreamRow, RegistrySnapshot } from '../measurements/registry-snapshot.ts'
import { totalsOf } from '../measurements/totals.ts'
import { stationYears } from './station-years.ts'

type Place = AirLimitsResponse['places'][number]
type Station = { readonly thing: DatastreamRow['thing']; readonly assessments: readonly AirAssessment[] }
type Query = { readonly standard: AirStandard; readonly year: number; readonly now: Date }

const isRegulated = (property: string): property is Regulated => (REGULATED as readonly string[]).includes(property)

/**
 * Every level of a standard at every station. Levels hold at each sampling point: nothing is averaged over places, and a
 * zone, like the city, is where it is worst. A station with several instruments is its worst one.
 */
export async function limits(db: Queryable, registry: RegistrySnapshot, query: Query): Promise<Place[]> {
  const { standard } = query
  const streams = totalsOf(
    registry.datastreams.filter(({ property }) => standard.rules.some(({ pollutant }) => pollutant === property)),
    registry.things,
  ).flatMap(({ combinations: [{ streams: own }] }) => own)
  const known = await yearsOf(db, streams, query, registry.city.timeZone)
  const assessed = streams.flatMap((stream) => {
    const years = known.get(stream.id)
    return years ? [{ thing: stream.thing, assessments: assessmentsOf(stream, standard, years) }] : []
  })
  const stations = [...Map.groupBy(assessed, ({ thing }) => thing)].map(([thing, own]) => ({
    thing,
    assessments: worstOf(own),
  }))
  const zones = registry.zones.flatMap(({ id, key }) => {
    const own = stations.filter(({ thing }) => thing.zoneId === id)
    return own.length > 0 ? [placeOf('zone', key, own)] : []
  })
  if (stations.length === 0) return []
  return [placeOf('city', '', stations), ...zones, ...stations.map((one) => placeOf('thing', one.thing.key, [one]))]
}

/** The requested year, and where the standard averages earlier years, these too; latest first. */
async function yearsOf(
  db: Queryable,
  streams: readonly DatastreamRow[],
  { standard, year, now }: Query,
  timeZone: string,
): Promise<Map<number, [StationYear, ...StationYear[]]>> {
  const back = Math.max(...standard.rules.map(({ averageYears }) => averageYears ?? 1))
  const byStream = new Map<number, [StationYear, ...StationYear[]]>()
  for (let age = 0; age < back; age += 1) {
    const needed = streams.filter(
      ({ id, property }) =>
        (age === 0 || byStream.has(id)) &&
        standard.rules.some(({ pollutant, averageYears }) => pollutant === property && (averageYears ?? 1) > age),
    )
    const above = new Map(needed.map(({ id, property }) => [id, hourFloor(standard, property)]))
    for (const [id, station] of await stationYears(db, above, { year: year - age, timeZone, now })) {
      const years = byStream.get(id)
      if (years) years.push(station)
      else byStream.set(id, [station])
    }
  }
  return byStream
}

/** Below every level of single hours, however it is rounded: what the database need not tell one by one. */
function hourFloor(standard: AirStandard, property: string): number {
  const levels = standard.rules.flatMap((rule) =>
    rule.pollutant === property && rule.per === 'hour' ? [rule.level / unitOf(standard, rule)(1)] : [],
  )
  return levels.length === 0 ? Number.POSITIVE_INFINITY : 0.9 * Math.min(...levels)
}

function assessmentsOf(
  { property, thing }: DatastreamRow,
  standard: AirStandard,
  years: readonly [StationYear, ...StationYear[]],
): AirAssessment[] {
  if (!isRegulated(property)) return []
  return standard.rules
    .filter(({ pollutant }) => pollutant === property)
    .map((rule) => ({ ...headOf(rule), ...assess(standard, rule, years), station: thing.key }))
}

const headOf = ({ pollutant, kind, per, level, unit }: StandardRule) => ({ pollutant, kind, per, level, unit })

const placeOf = (level: Place['level'], key: string, stations: readonly Station[]): Place => ({
  ...{ level, key, stations: stations.length },
  assessments: worstOf(stations),
})

/** Of each level the station that is worst: exceeded before not known before kept, then more exceedances, then the value. */
function worstOf(stations: readonly Station[]): AirAssessment[] {
  const all = stations.flatMap(({ assessments }) => assessments)
  const byLevel = Map.groupBy(all, ({ pollutant, kind, per, level }) => `${pollutant} ${kind} ${per} ${level}`)
  return [...byLevel.values()].flatMap((own) => own.toSorted(worseFirst)[0] ?? [])
}

const RANK = (exceeded: boolean | null): number => (exceeded === null ? 1 : exceeded ? 2 : 0)
const worseFirst = (a: AirAssessment, b: AirAssessment): number =>
  RANK(b.exceeded) - RANK(a.exceeded) ||
  (b.exceedances ?? -1) - (a.exceedances ?? -1) ||
  (b.value ?? -1) - (a.value ?? -1)
