import type { AirIndex } from '../air-index.ts'
import { EUROPEAN_POLLUTANTS, europeanBand } from './european.ts'
import { nowCast, runningMean } from './nowcast.ts'
import { toUsUnit, type UsMetric, usSubIndex } from './us-epa.ts'

/** Hourly means of one place, newest first, in canonical units (ug/m3; co mg/m3); null where an hour has none. */
export type HourlySeries = Readonly<Partial<Record<IndexPollutant, readonly (number | null)[]>>>
export const INDEX_POLLUTANTS = ['pm2_5', 'pm10', 'no2', 'so2', 'o3', 'co'] as const
export type IndexPollutant = (typeof INDEX_POLLUTANTS)[number]
/** Hours that the indices look back. */
export const LOOK_BACK_HOURS = 24

type Part = AirIndex['parts'][number]
type Averaged = { readonly concentration: number; readonly averaging: string; readonly hours: number }

/**
 * The US index as of the end of the newest hour: NowCast for particles; the newest 1-hour values of NO2 and SO2; 8-hour
 * means of O3 and CO (at least 6 hours). Two simplifications of EPA's real-time practice: ozone uses the mean of the last
 * 8 hours rather than EPA's regression NowCast (and the 1-hour value where that gives more); SO2 above 304 ppb uses the
 * running mean of 24 hours.
 * @returns null where no pollutant has enough hours
 */
export function usIndex(series: HourlySeries, end: Date): AirIndex | null {
  const parts = [
    usPart('pm2_5_24h', 'pm2_5', nowCastOf(series.pm2_5)),
    usPart('pm10_24h', 'pm10', nowCastOf(series.pm10)),
    usPart('no2_1h', 'no2', newestOf(series.no2)),
    usPart('so2_1h', 'so2', newestOf(series.so2)) ?? usPart('so2_24h', 'so2', meanOf(series.so2, 24, 18)),
    higher(usPart('o3_8h', 'o3', meanOf(series.o3, 8, 6)), usPart('o3_1h', 'o3', newestOf(series.o3))),
    usPart('co_8h', 'co', meanOf(series.co, 8, 6)),
  ]
  return combined('us_epa', parts, end)
}

/** The European index: the band of the newest hour of each pollutant, the worst of them for the place. */
export function europeanIndex(series: HourlySeries, end: Date): AirIndex | null {
  const parts = EUROPEAN_POLLUTANTS.map((pollutant): Part | undefined => {
    const newest = newestOf(series[pollutant])
    const band = newest && europeanBand(pollutant, newest.concentration)
    return newest && band && { pollutant, ...newest, ...band }
  })
  return combined('european', parts, end)
}

function usPart(metric: UsMetric, pollutant: IndexPollutant, averaged: Averaged | undefined): Part | undefined {
  const index = averaged && usSubIndex(metric, toUsUnit(metric, averaged.concentration))
  return averaged && index && { pollutant, ...averaged, ...index }
}

function higher(a: Part | undefined, b: Part | undefined): Part | undefined {
  return a && b ? (b.value > a.value ? b : a) : (a ?? b)
}

type Hours = readonly (number | null)[] | undefined

function nowCastOf(hours: Hours): Averaged | undefined {
  const concentration = nowCast(hours ?? [])
  return concentration === undefined
    ? undefined
    : { concentration: Math.max(0, concentration), averaging: 'nowcast_12h', hours: count(hours, 12) }
}

function meanOf(hours: Hours, length: number, least: number): Averaged | undefined {
  const mean = runningMean(hours ?? [], length, least)
  return mean === undefined
    ? undefined
    : { concentration: Math.max(0, mean), averaging: `mean_${length}h`, hours: count(hours, length) }
}

/** The newest hour, or the one before it where the newest is not in yet. Slightly negative means near zero: analyser noise. */
function newestOf(hours: Hours): Averaged | undefined {
  const value = hours?.[0] ?? hours?.[1] ?? null
  return value === null ? undefined : { concentration: Math.max(0, value), averaging: 'mean_1h', hours: 1 }
}

const count = (hours: Hours, length: number): number => (hours ?? []).slice(0, length).filter((v) => v !== null).length

function combined(scheme: AirIndex['scheme'], found: readonly (Part | undefined)[], end: Date): AirIndex | null {
  const parts = found.filter((part) => part !== undefined)
  const [first, ...others] = parts
  if (!first) return null
  const worst = others.reduce((held, part) => (part.value > held.value ? part : held), first)
  const { value, category, pollutant, averaging } = worst
  const n = parts.reduce((sum, { hours }) => sum + hours, 0)
  return { scheme, value, category, pollutant, averaging, parts, n, time: end.toISOString() }
}
