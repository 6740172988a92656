import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/errors.ts'
import type { Period } from '#model/period.ts'
import { type SurveyedShare, surveyedShare } from '../../surveys/indicator-share.ts'
import { type Activity, activities } from './activity.ts'
import { cellsIn, type Signal, signals } from './cells.ts'
import { type Consumption, consumptions } from './counters.ts'
import { type Fleet, fleets } from './fleet.ts'
import { type Hours, hoursOf } from './hours.ts'
import { type PeriodMean, peakMeans, periodMeans } from './means.ts'
import type { DatastreamRow, Registry } from './registry.ts'
import { type ReportedValues, reportedValues } from './reported.ts'

/**
 * Everything the indicators of one period rest on. Each family is one or two queries, run when a measure first asks and
 * shared by all that ask after it: the city, every zone and the whole scoreboard cost the same queries as one value.
 */
export type Inputs = {
  readonly period: Period
  readonly hours: Hours
  readonly registry: Registry
  datastreams(properties: readonly string[], kinds?: readonly string[]): DatastreamRow[]
  means(): Promise<ReadonlyMap<number, PeriodMean>>
  consumption(): Promise<ReadonlyMap<number, Consumption>>
  peak(): Promise<{ means: ReadonlyMap<number, PeriodMean>; expected: number }>
  activity(): Promise<ReadonlyMap<number, Activity>>
  fleet(): Promise<ReadonlyMap<number, Fleet>>
  signals(): Promise<Signal[]>
  /** H3 cells of land by zone id */
  landCells(): Promise<ReadonlyMap<number, readonly string[]>>
  surveyed(indicator: string): Promise<SurveyedShare | undefined>
  reported(): Promise<ReportedValues>
}

export const POLLUTANTS = ['pm2_5', 'pm10', 'no2', 'so2', 'o3'] as const
const METER_KINDS = ['feeder', 'solar_plant', 'wind_plant', 'grid_intake', 'building'] as const
const WATCHERS = ['traffic_counter', 'street_segment', 'wifi_hotspot', 'feeder'] as const
/** Local hours (by their beginning) of the morning and evening peaks, Monday to Friday: 7 to 9 and 16 to 18. */
const PEAK_HOURS = [7, 8, 16, 17] as const

/** @throws AppError NOT_FOUND where no city is loaded */
export function openInputs(db: Queryable, registry: Registry | undefined, period: Period, now: Date): Inputs {
  if (!registry) throw new AppError('NOT_FOUND', 'the city (no city pack is loaded)')
  const hours = hoursOf(period, now)
  const datastreams: Inputs['datastreams'] = (properties, kinds) =>
    registry.datastreams.filter(
      ({ property, thing }) => properties.includes(property) && (!kinds || kinds.includes(thing.kind)),
    )
  const ids = (rows: readonly DatastreamRow[]): number[] => rows.map(({ id }) => id)
  const watchers = registry.datastreams.filter(({ thing }) => (WATCHERS as readonly string[]).includes(thing.kind))
  const docks = datastreams(['bikes_available']).map(({ id, thing }) => ({ id, zoneId: thing.zoneId }))
  const surveys = new Map<string, Promise<SurveyedShare | undefined>>()
  return {
    period,
    hours,
    registry,
    datastreams,
    means: once(() => periodMeans(db, ids(datastreams(POLLUTANTS)), hours)),
    consumption: once(() =>
      consumptions(db, ids(datastreams(['energy', 'energy_produced', 'thermal_energy'], METER_KINDS)), hours),
    ),
    peak: once(() => peakMeans(db, ids(datastreams(['travel_time'])), hours, registry.city.timeZone, PEAK_HOURS)),
    activity: once(() => activities(db, ids(watchers), hours)),
    fleet: once(() => fleets(db, docks, hours)),
    signals: once(() => signals(db, { from: period.from, to: period.to })),
    landCells: once(async () => new Map(registry.zones.map(({ id, geometry }) => [id, cellsIn(geometry)]))),
    surveyed: (indicator) => {
      const known = surveys.get(indicator)
      if (known) return known
      const loading = surveyedShare(db, indicator, period)
      surveys.set(indicator, loading)
      return loading
    },
    reported: once(() => reportedValues(db, period)),
  }
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let held: Promise<T> | undefined
  return () => {
    held ??= load()
    return held
  }
}
