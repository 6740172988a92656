/**
 * The European Air Quality Index of the European Environment Agency, with the bands it has used since its revision to the
 * WHO guidelines of 2021 (ETC HE report 2024/17): hourly concentrations in ug/m3, six bands.
 */
export const EUROPEAN_CATEGORIES = ['good', 'fair', 'moderate', 'poor', 'very_poor', 'extremely_poor'] as const
const POOR = 4

/** Highest whole ug/m3 of each band but the last, which is open. */
const UPPER = {
  pm2_5: [5, 15, 50, 90, 140],
  pm10: [15, 45, 120, 195, 270],
  no2: [10, 25, 60, 100, 150],
  o3: [60, 100, 120, 160, 180],
  so2: [20, 40, 125, 190, 275],
} as const satisfies Record<string, readonly number[]>
export type EuropeanPollutant = keyof typeof UPPER
export const EUROPEAN_POLLUTANTS = Object.keys(UPPER) as EuropeanPollutant[]

export type EuropeanBand = { readonly value: number; readonly category: (typeof EUROPEAN_CATEGORIES)[number] }

/**
 * The band, 1 (good) to 6 (extremely poor). Bands are printed in whole numbers (0-5, 6-15), so the concentration is
 * rounded to one first.
 * @returns undefined for negative values
 */
export function europeanBand(pollutant: EuropeanPollutant, concentration: number): EuropeanBand | undefined {
  const rounded = Math.round(concentration)
  if (!(rounded >= 0)) return undefined
  const at = UPPER[pollutant].findIndex((upper) => rounded <= upper)
  const band = at === -1 ? UPPER[pollutant].length : at
  return { value: band + 1, category: EUROPEAN_CATEGORIES[band] ?? 'extremely_poor' }
}

/**
 * Concentrations from which the second and following bands begin. Rounding to whole ug/m3 lets a band end half a unit above
 * its printed end: 5.4 is still good, 5.5 is fair.
 */
export const europeanBreaks = (pollutant: EuropeanPollutant): number[] => UPPER[pollutant].map((upper) => upper + 0.5)
export const isEuropeanPollutant = (property: string): property is EuropeanPollutant => Object.hasOwn(UPPER, property)

/** What a station stands by, as the European index asks: at a busy road, or anywhere else (background, industrial). */
export type StationType = 'traffic' | 'other'
export const stationTypeOf = (siting: unknown): StationType => (siting === 'traffic' ? 'traffic' : 'other')

/**
 * What the index lacks of the pollutants that the EEA asks for at least: NO2 and particles (PM2.5 or PM10) at traffic
 * stations, NO2, ozone and particles elsewhere ("Calculating the index", airindex.eea.europa.eu). `pm` stands for either.
 */
export function missingPollutants(type: StationType, measured: ReadonlySet<string>): string[] {
  const needed = type === 'traffic' ? ['no2', 'pm'] : ['no2', 'o3', 'pm']
  return needed.filter((one) => (one === 'pm' ? !measured.has('pm2_5') && !measured.has('pm10') : !measured.has(one)))
}

/** An index without its minimum set is shown only from poor on: what is missing can make it worse, never better (EEA). */
export const isTellingWithoutAll = (band: number): boolean => band >= POOR
