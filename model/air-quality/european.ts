/**
 * The European Air Quality Index of the European Environment Agency, with the bands it has used since its revision to the
 * WHO guidelines of 2021 (ETC HE report 2024/17): hourly concentrations in ug/m3, six bands.
 */
const EUROPEAN_CATEGORIES = ['good', 'fair', 'moderate', 'poor', 'very_poor', 'extremely_poor'] as const

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
