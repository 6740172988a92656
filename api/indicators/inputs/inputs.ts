import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import type { AirLimitsResponse } from '#model/api/air-limits.ts'
import type { ExceedancesResponse } from '#model/api/exceedances.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Period } from '#model/basics/period.ts'
import type { Goal } from '#model/indicators/goals.ts'
import { exceedances } from '../../air-quality/exceedances.ts'
import { limits } from '../../air-quality/limits.ts'
import { type Hours, hoursOf } from '../../measurements/hours.ts'
import { type PeriodMean, peakMeans, periodMeans } from '../../measurements/means.ts'
import type { DatastreamRow, RegistrySnapshot, ThingRow } from '../../measurements/registry-snapshot.ts'
import { type Total, totalsOf } from '../../measurements/totals.ts'
import { type SurveyedShare, surveyedCategories, surveyedShare } from '../../surveys/indicator-share.ts'
import type { SurveySource } from '../../surveys/microdata.ts'
import { type Activity, activities } from './activity.ts'
import { cellsIn, type Signal, signals } from './cells.ts'
import { type CensoredCount, censoredCounts } from './censored.ts'
import { type Consumption, consumptions } from './counters.ts'
import { type Fleet, fleets } from './fleet.ts'
import { goals } from './goals.ts'
import { type Devices, heardHours, heardThings } from './heard.ts'
import { type Outages, outages } from './outages.ts'
import { type ReportedValues, reportedValues } from './reported.ts'
import { type SoundPeriods, soundPeriods } from './sound.ts'

/**
 * The inputs of the indicators of one period. Each family is one or two queries, run when a measure first needs it and shared
 * by all others: the city, every zone and the entire scoreboard cost the same queries as one value.
 */
export type Inputs = {
  readonly period: Period
  /** when they were opened: later data is not included */
  readonly asOf: Date
  readonly hours: Hours
  readonly registry: RegistrySnapshot
  datastreams(properties: readonly string[], kinds?: readonly string[]): DatastreamRow[]
  /** the same, each Thing and property once: what is summed or averaged over Things takes these */
  totals(properties: readonly string[], kinds?: readonly string[], counts?: (thing: ThingRow) => boolean): Total[]
  means(): Promise<ReadonlyMap<number, PeriodMean>>
  /** of pollutants: values that were sent as limits */
  censored(): Promise<ReadonlyMap<number, CensoredCount>>
  consumption(): Promise<ReadonlyMap<number, Consumption>>
  peak(): Promise<{ means: ReadonlyMap<number, PeriodMean>; expected: number }>
  activity(devices: Devices): Promise<ReadonlyMap<number, Activity>>
  /** hours in which a Thing was heard through these Datastreams, by its id; at least as many where it is enough */
  heard(devices: Devices): Promise<ReadonlyMap<number, number>>
  /** what sharing schemes have standing at stations heard in enough hours, by property; by zone id, and 0 for the city */
  fleet(property: FleetProperty): Promise<ReadonlyMap<number, Fleet>>
  outages(): Promise<ReadonlyMap<number, Outages>>
  /** hours in which a feeder would have reported an interruption, by id of its customers_interrupted */
  supplyWatched(): Promise<ReadonlyMap<number, number>>
  sound(): Promise<ReadonlyMap<number, SoundPeriods>>
  signals(): Promise<Signal[]>
  /** H3 cells of land by zone id */
  landCells(): Promise<ReadonlyMap<number, readonly string[]>>
  surveyed(indicator: string): Promise<SurveyedShare | undefined>
  /** the share of every category of the question that answers the indicator */
  surveyedModes(indicator: string): Promise<ReadonlyMap<string, SurveyedShare> | undefined>
  /** WHO 2021 levels by station, zone and for the city */
  exceedances(): Promise<ExceedancesResponse['places']>
  /** a standard against stations, zones and the city, of the calendar year in which the period begins */
  limits(standard: AirStandard, year: number): Promise<AirLimitsResponse['places']>
  reported(): Promise<ReportedValues>
  /** the city's goals, by goalKey */
  goals(): Promise<ReadonlyMap<string, Goal>>
}

export const POLLUTANTS = ['pm2_5', 'pm10', 'no2', 'so2', 'o3'] as const
/** Minimum share of the hours of a period that an instrument must cover: Directive 2008/50/EC requires 75 % for means. */
export const MIN_DATA_CAPTURE = 0.75
const METERED = ['energy', 'energy_produced', 'thermal_energy', 'water_volume'] as const
const METER_KINDS = [
  ...['feeder', 'solar_plant', 'wind_plant', 'grid_intake', 'building'],
  ...['water_intake', 'water_district'],
]
export type FleetProperty = 'bikes_available' | 'vehicles_available'
/** Local hours (by their beginning) of the morning and evening peaks, Monday to Friday: 7 to 9 and 16 to 18. */
const PEAK_HOURS = [7, 8, 16, 17] as const

/** @throws AppError NOT_FOUND where no city is loaded */
export function openInputs(
  source: SurveySource,
  registry: RegistrySnapshot | undefined,
  period: Period,
  now: Date,
): Inputs {
  const db = source.pool
  if (!registry) throw new AppError('NOT_FOUND', 'the city (no city pack is loaded)')
  const hours = hoursOf(period, now, registry.city.timeZone)
  const datastreams: Inputs['datastreams'] = (properties, kinds) =>
    registry.datastreams.filter(
      ({ property, thing }) => properties.includes(property) && (!kinds || kinds.includes(thing.kind)),
    )
  const totals: Inputs['totals'] = (properties, kinds, counts = () => true) =>
    totalsOf(
      datastreams(properties, kinds).filter(({ thing }) => counts(thing)),
      registry.things,
    )
  const ids = (rows: readonly DatastreamRow[]): number[] => rows.map(({ id }) => id)
  const { timeZone } = registry.city
  const streamsOf = ({ properties, kinds }: Devices): DatastreamRow[] =>
    registry.datastreams.filter(
      ({ property, thing }) =>
        (properties ?? [property]).includes(property) && (kinds ?? [thing.kind]).includes(thing.kind),
    )
  const enough = MIN_DATA_CAPTURE * hours.count
  const heard = perDevices((devices) =>
    heardThings(db, streamsOf(devices), { hours, timeZone, name: `heard ${nameOf(devices)}`, enough }),
  )
  const fleetOf = async (property: FleetProperty) => {
    const heardOf = await heard({ properties: [property] })
    const docks = totals([property])
      .filter(({ thing }) => (heardOf.get(thing.id) ?? 0) >= enough)
      .flatMap(({ combinations: [{ streams }] }) => streams.map(({ id, thing }) => ({ id, zoneId: thing.zoneId })))
    return fleets(db, docks, { hours, timeZone, name: property })
  }
  const cachedLimits = new Map<string, Promise<AirLimitsResponse['places']>>()
  return {
    period,
    asOf: now,
    hours,
    registry,
    datastreams,
    totals,
    means: once(() => periodMeans(db, ids(datastreams(POLLUTANTS)), hours)),
    censored: once(() => censoredCounts(db, ids(datastreams(POLLUTANTS)), hours)),
    consumption: once(() => consumptions(db, ids(datastreams(METERED, METER_KINDS)), hours, timeZone)),
    peak: once(() => peakMeans(db, ids(datastreams(['travel_time'])), hours, timeZone, PEAK_HOURS)),
    activity: perDevices((devices) => activities(db, ids(streamsOf(devices)), hours)),
    heard,
    fleet: perKey(fleetOf),
    outages: once(() => outages(db, ids(datastreams(['customers_interrupted'], ['feeder'])), hours, timeZone)),
    supplyWatched: once(() => heardHours(db, datastreams(['customers_interrupted'], ['feeder']), { registry, hours })),
    sound: once(() => soundPeriods(db, ids(datastreams(['sound_level'])), hours, timeZone)),
    signals: once(() => signals(db, ids(datastreams(['rsrp', 'rscp'])), { from: period.from, to: period.to })),
    landCells: once(async () => new Map(registry.zones.map(({ id, geometry }) => [id, cellsIn(geometry)]))),
    surveyed: perKey((indicator) => surveyedShare(source, indicator, period)),
    surveyedModes: perKey((indicator) => surveyedCategories(source, indicator, period)),
    exceedances: once(() => exceedances(db, registry, hours)),
    limits: (standard, year) => {
      const cached = cachedLimits.get(`${standard.key} ${year}`) ?? limits(db, registry, { standard, year, now })
      cachedLimits.set(`${standard.key} ${year}`, cached)
      return cached
    },
    reported: once(() => reportedValues(db, period, registry.city.timeZone)),
    goals: once(() => goals(db)),
  }
}

const nameOf = ({ properties = [], kinds = [] }: Devices): string => [...kinds, ...properties].join(' ')

/** Cached by what the devices are. */
function perDevices<T>(load: (devices: Devices) => Promise<T>): (devices: Devices) => Promise<T> {
  const cached = perKey((key: string) => load(JSON.parse(key)))
  return ({ properties, kinds }) => cached(JSON.stringify({ properties, kinds }))
}

function perKey<K extends string, T>(load: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const cached = new Map<K, () => Promise<T>>()
  return (key) => {
    const known = cached.get(key) ?? once(() => load(key))
    cached.set(key, known)
    return known()
  }
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let cached: Promise<T> | undefined
  return () => {
    cached ??= load()
    return cached
  }
}
