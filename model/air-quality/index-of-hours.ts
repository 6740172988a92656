import type { AirIndex } from './air-index.ts'
import {
  EUROPEAN_POLLUTANTS,
  europeanBand,
  isTellingWithoutAll,
  missingPollutants,
  type StationType,
} from './european.ts'
import { nowCast, runningMean } from './nowcast.ts'
import { isBeyondTable, toUsUnit, type UsMetric, usSubIndex } from './us-epa.ts'

/** Hourly means of one place, newest first, in canonical units (ug/m3; co mg/m3); null where an hour has none. */
export type HourlySeries = Readonly<Partial<Record<IndexPollutant, readonly (number | null)[]>>>
export const INDEX_POLLUTANTS = ['pm2_5', 'pm10', 'no2', 'so2', 'o3', 'co'] as const
export type IndexPollutant = (typeof INDEX_POLLUTANTS)[number]
/** Hours that the indices look back. */
export const LOOK_BACK_HOURS = 24

/** Hours (ages, 0 the newest) of a pollutant with doubted readings, and whether these went into the hourly mean. */
export type Doubt = { readonly pollutant: IndexPollutant; readonly age: number; readonly leftOut: boolean }
export type Basis = {
  /** decides the minimum set of the European index */
  readonly station: StationType
  readonly doubts: readonly Doubt[]
}
const NOTHING_KNOWN: Basis = { station: 'other', doubts: [] }

type Part = AirIndex['parts'][number]
type Averaged = { readonly concentration: number; readonly averaging: string; readonly hours: number }

/** How many hours back each pollutant is looked at by the US index; the European one takes the newest, or the one before. */
const US_HOURS: Readonly<Record<IndexPollutant, number>> = { pm2_5: 12, pm10: 12, no2: 2, so2: 24, o3: 8, co: 8 }
const NEWEST_HOURS = 2
/** The highest index of the two lowest categories: below it, an index of which something is missing says too little. */
const US_MODERATE = 100

/**
 * The US index as of the end of the newest hour: NowCast for particles; the newest 1-hour values of NO2 and SO2; 8-hour
 * means of O3 and CO (at least 6 hours). Where the table has no cell for a concentration (SO2 1 h above 304 ppb, O3 8 h
 * above 0.200 ppm), the highest value it defines, or that of the other averaging time (SO2 24 h, O3 1 h) where that is
 * higher. A simplification of EPA's real-time practice: ozone uses the mean of the last 8 hours rather than EPA's regression
 * NowCast.
 * @returns null where no pollutant has enough hours
 */
export function usIndex(series: HourlySeries, end: Date, { doubts }: Basis = NOTHING_KNOWN): AirIndex | null {
  const parts = [
    usPart('pm2_5_24h', 'pm2_5', nowCastOf(series.pm2_5)),
    usPart('pm10_24h', 'pm10', nowCastOf(series.pm10)),
    usPart('no2_1h', 'no2', newestOf(series.no2)),
    higher(usPart('so2_1h', 'so2', newestOf(series.so2)), usPart('so2_24h', 'so2', meanOf(series.so2, 24, 18))),
    higher(usPart('o3_8h', 'o3', meanOf(series.o3, 8, 6)), usPart('o3_1h', 'o3', newestOf(series.o3))),
    usPart('co_8h', 'co', meanOf(series.co, 8, 6)),
  ]
  const doubted = doubtedOf(doubts, (pollutant) => US_HOURS[pollutant])
  return combined('us_epa', parts, { end, doubted, missing: [] }, (value) => value > US_MODERATE)
}

/** The European index: the band of the newest hour of each pollutant, the worst of them for the place. */
export function europeanIndex(
  series: HourlySeries,
  end: Date,
  { station, doubts }: Basis = NOTHING_KNOWN,
): AirIndex | null {
  const parts = EUROPEAN_POLLUTANTS.map((pollutant): Part | undefined => {
    const newest = newestOf(series[pollutant])
    const band = newest && europeanBand(pollutant, newest.concentration)
    return newest && band && { pollutant, ...newest, ...band, beyond: false }
  })
  const measured = new Set(parts.flatMap((part) => part?.pollutant ?? []))
  const isEuropean = (pollutant: IndexPollutant): boolean => pollutant !== 'co'
  const doubted = doubtedOf(doubts, (pollutant) => (isEuropean(pollutant) ? NEWEST_HOURS : 0))
  const missing = missingPollutants(station, measured)
  return combined('european', parts, { end, doubted, missing }, isTellingWithoutAll)
}

function doubtedOf(doubts: readonly Doubt[], hoursOf: (pollutant: IndexPollutant) => number): AirIndex['doubted'] {
  const seen = doubts.filter(({ pollutant, age }) => age < hoursOf(pollutant))
  return [...Map.groupBy(seen, ({ pollutant }) => pollutant)].map(([pollutant, own]) => ({
    pollutant,
    hours: new Set(own.map(({ age }) => age)).size,
    leftOut: own.some(({ leftOut }) => leftOut),
  }))
}

function usPart(metric: UsMetric, pollutant: IndexPollutant, averaged: Averaged | undefined): Part | undefined {
  if (!averaged) return undefined
  const concentration = toUsUnit(metric, averaged.concentration)
  const index = usSubIndex(metric, concentration)
  return index && { pollutant, ...averaged, ...index, beyond: isBeyondTable(metric, concentration) }
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

function meanOf(hours: Hours, length: number, minHours: number): Averaged | undefined {
  const mean = runningMean(hours ?? [], length, minHours)
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

type About = Pick<AirIndex, 'doubted' | 'missing'> & { readonly end: Date }

/** `isTelling`: whether a value says something although more may be missing than it rests on */
function combined(
  scheme: AirIndex['scheme'],
  found: readonly (Part | undefined)[],
  { end, doubted, missing }: About,
  isTelling: (value: number) => boolean,
): AirIndex | null {
  const parts = found.filter((part) => part !== undefined)
  const [first, ...others] = parts
  if (!first) return null
  const worst = others.reduce((held, part) => (part.value > held.value ? part : held), first)
  const { value, pollutant, averaging, beyond } = worst
  const isIncomplete = missing.length > 0 || doubted.some(({ leftOut }) => leftOut)
  const category = isIncomplete && !isTelling(value) ? 'incomplete' : worst.category
  const n = parts.reduce((sum, { hours }) => sum + hours, 0)
  const atLeast = isIncomplete || beyond
  return { scheme, value, atLeast, missing, doubted, category, pollutant, averaging, parts, n, time: end.toISOString() }
}
