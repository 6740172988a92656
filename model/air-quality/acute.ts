/**
 * Raw readings next to an index that averages: smoke that has just arrived is in the reading of this minute, and in a mean of
 * an hour or in the NowCast of 12 hours only later.
 */
import type { AirIndex } from './air-index.ts'
import {
  type EuropeanBand,
  type EuropeanPollutant,
  europeanBand,
  isEuropeanPollutant,
  isTellingWithoutAll,
} from './european.ts'

/** One reading in the canonical unit (ug/m3); `time`: Unix milliseconds. */
export type RawReading = {
  readonly property: string
  readonly value: number
  readonly time: number
  /** QARTOD */
  readonly quality: number
}
export type AcuteReading = {
  readonly pollutant: EuropeanPollutant
  readonly value: number
  readonly time: number
  /** band of the European index in which the reading lies; the bands are made for means of an hour */
  readonly category: EuropeanBand['category']
  readonly isSuspect: boolean
  /** what the indices rest on instead: means that lie in a lower band; empty where they do not have the pollutant yet */
  readonly averages: readonly { readonly averaging: string; readonly concentration: number }[]
}

const SUSPECT = 3

/**
 * Readings in the band poor or worse that no index reflects yet, the worst first. Of several instruments of a pollutant the
 * highest reading counts.
 * @param readings fresh ones; what the indices already contain, because it is not later than they are, is left out
 */
export function acuteReadings(
  readings: readonly RawReading[],
  indices: readonly (AirIndex | null)[],
): readonly AcuteReading[] {
  const known = indices.filter((index) => index !== null)
  const until = Math.max(...known.map(({ time }) => Date.parse(time)), Number.NEGATIVE_INFINITY)
  const acute = readings.flatMap((reading): (AcuteReading & { readonly band: number })[] => {
    const { property: pollutant, value, time, quality } = reading
    if (!isEuropeanPollutant(pollutant) || quality > SUSPECT || time <= until) return []
    const band = europeanBand(pollutant, value)
    if (!band || !isTellingWithoutAll(band.value)) return []
    const parts = known.flatMap((index) => index.parts.filter((part) => part.pollutant === pollutant))
    const averages = parts.filter((part) => (europeanBand(pollutant, part.concentration)?.value ?? 0) < band.value)
    if (parts.length > 0 && averages.length === 0) return []
    return [
      {
        ...{ pollutant, value, time, category: band.category, band: band.value, isSuspect: quality === SUSPECT },
        averages: averages.map(({ averaging, concentration }) => ({ averaging, concentration })),
      },
    ]
  })
  const highest = [...Map.groupBy(acute, ({ pollutant }) => pollutant).values()].map((own) =>
    own.reduce((a, b) => (b.value > a.value ? b : a)),
  )
  return highest.toSorted((a, b) => b.band - a.band).map(({ band: _, ...reading }) => reading)
}
