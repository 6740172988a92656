import { type PropertyName, propertyOf } from '../observation/properties.ts'
import { MOLAR_VOLUME_L } from '../observation/units.ts'

/**
 * The US Air Quality Index. Source: EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002
 * (May 2024), table 6, and 40 CFR part 58, appendix G, with the PM2.5 breakpoints in force since 6 May 2024.
 */
export const US_CATEGORIES = [
  'good',
  'moderate',
  'unhealthy_sensitive',
  'unhealthy',
  'very_unhealthy',
  'hazardous',
] as const
/** Lower and upper index of each category. */
export const US_INDEX_ROWS = [
  [0, 50],
  [51, 100],
  [101, 150],
  [151, 200],
  [201, 300],
  [301, 500],
] as const

/** A pollutant with its averaging time, as the table of breakpoints has them. */
export type UsMetric = keyof typeof TABLE
type Breakpoints = {
  readonly pollutant: PropertyName
  /** the concentration is cut off to this many decimals, not rounded */
  readonly decimals: number
  /** lower and upper concentration per row of US_INDEX_ROWS; null where the table is blank */
  readonly rows: readonly (readonly [number, number] | null)[]
}

/** Particles in ug/m3; O3 and CO in ppm; NO2 and SO2 in ppb. */
const TABLE = {
  pm2_5_24h: {
    pollutant: 'pm2_5',
    decimals: 1,
    rows: [
      [0, 9.0],
      [9.1, 35.4],
      [35.5, 55.4],
      [55.5, 125.4],
      [125.5, 225.4],
      [225.5, 325.4],
    ],
  },
  pm10_24h: {
    pollutant: 'pm10',
    decimals: 0,
    rows: [
      [0, 54],
      [55, 154],
      [155, 254],
      [255, 354],
      [355, 424],
      [425, 604],
    ],
  },
  o3_8h: {
    pollutant: 'o3',
    decimals: 3,
    // Table 6, note: 8-hour values define no index above 300; from 301 on it is computed from 1-hour values.
    rows: [[0, 0.054], [0.055, 0.07], [0.071, 0.085], [0.086, 0.105], [0.106, 0.2], null],
  },
  o3_1h: {
    pollutant: 'o3',
    decimals: 3,
    rows: [null, null, [0.125, 0.164], [0.165, 0.204], [0.205, 0.404], [0.405, 0.604]],
  },
  co_8h: {
    pollutant: 'co',
    decimals: 1,
    rows: [
      [0, 4.4],
      [4.5, 9.4],
      [9.5, 12.4],
      [12.5, 15.4],
      [15.5, 30.4],
      [30.5, 50.4],
    ],
  },
  // Table 6, note: 1-hour values define no index above 200; above it the index is computed from the mean of 24 hours.
  so2_1h: { pollutant: 'so2', decimals: 0, rows: [[0, 35], [36, 75], [76, 185], [186, 304], null, null] },
  so2_24h: { pollutant: 'so2', decimals: 0, rows: [null, null, null, null, [305, 604], [605, 1004]] },
  no2_1h: {
    pollutant: 'no2',
    decimals: 0,
    rows: [
      [0, 53],
      [54, 100],
      [101, 360],
      [361, 649],
      [650, 1249],
      [1250, 2049],
    ],
  },
} as const satisfies Record<string, Breakpoints>

export type SubIndex = { readonly value: number; readonly category: (typeof US_CATEGORIES)[number] }

/**
 * Sub-index of a concentration in the table's own unit (see TABLE), 0 to 500. Above the last row that the table defines
 * (SO2 1 h: 304 ppb; O3 8 h: 0.200 ppm; elsewhere the row that ends at 500) it is the highest value of that row: a higher
 * concentration never has a lower index, or none.
 * @returns undefined for negative values, and below the first row that is defined (O3 1 h, SO2 24 h)
 */
export function usSubIndex(metric: UsMetric, concentration: number): SubIndex | undefined {
  const { decimals, rows }: Breakpoints = TABLE[metric]
  const cut = truncate(concentration, decimals)
  if (!(cut >= 0)) return undefined
  const at = rows.findIndex((row) => row !== null && cut <= row[1])
  const row = rows[at]
  if (!row) {
    const last = rows.findLastIndex((each) => each !== null)
    return { value: US_INDEX_ROWS[last]?.[1] ?? 500, category: US_CATEGORIES[last] ?? 'hazardous' }
  }
  if (cut < row[0]) return undefined
  const [low, high] = US_INDEX_ROWS[at] ?? [0, 0]
  const value = Math.round(((high - low) / (row[1] - row[0])) * (cut - row[0]) + low)
  return { value, category: US_CATEGORIES[at] ?? 'hazardous' }
}

/** Whether a concentration lies above all rows that the table defines: then the index is at least that of the last one. */
export function isBeyondTable(metric: UsMetric, concentration: number): boolean {
  const { decimals, rows }: Breakpoints = TABLE[metric]
  const highest = rows.findLast((row) => row !== null)?.[1] ?? Number.POSITIVE_INFINITY
  return truncate(concentration, decimals) > highest
}

/** Cuts off decimals; what is a hair below a step only because it is stored in binary counts as the step. */
export function truncate(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.floor(value * scale + 1e-6) / scale
}

/**
 * Concentration in the unit of EPA's table from Citywell's canonical unit (ug/m3; CO mg/m3). Gases: the mass concentration
 * is taken back to the mixing ratio at the state at which Citywell stores it (20 Cel, 101.3 kPa, model/observation/units.ts), so an
 * analyser's ppb come out as they went in. EPA's own 25 Cel and 1 atm apply to mass concentrations stated at that state;
 * ours are not, and using them would read 1.7 % too high.
 */
export function toUsUnit(metric: UsMetric, concentration: number): number {
  const { molarMass, name } = propertyOf(TABLE[metric].pollutant)
  if (molarMass === undefined) return concentration
  const ratio = (concentration * MOLAR_VOLUME_L) / molarMass
  // ug/m3 give ppb, mg/m3 give ppm; ozone is tabulated in ppm
  return name === 'o3' ? ratio / 1000 : ratio
}
