import { MOLAR_VOLUME_L } from '../observation/units.ts'
import type { Grade } from '../things/grade.ts'

/**
 * How high instruments of a class can measure, in the canonical unit (ug/m3; CO mg/m3). A higher reading is doubted
 * (suspect), never failed: it says that the air is at least that bad, and without it the air would look better. Which of these
 * numbers were read in a document, and which are assumed: docs/quality.md, "Where the limits of instruments come from".
 */
type Tops = { readonly top: Readonly<Record<'reference' | 'indicative' | 'low_cost', number>>; readonly source: string }

/** Mixing ratio in ppm as mass concentration at 20 Cel and 101.3 kPa, ug/m3. */
const ppm = (ratio: number, molarMass: number): number => Math.round((ratio * molarMass * 1000) / MOLAR_VOLUME_L)

const PARTICLES: Tops = {
  top: { reference: 10_000, indicative: 2000, low_cost: 1000 },
  source: 'Met One BAM 1020: ranges up to 10 mg/m3; Alphasense OPC-N3: 2,000 ug/m3; Sensirion SPS30: 0 to 1,000 ug/m3',
}
const gas = (molarMass: number, [reference, indicative, lowCost]: [number, number, number], source: string): Tops => ({
  top: {
    reference: ppm(reference, molarMass),
    indicative: ppm(indicative, molarMass),
    low_cost: ppm(lowCost, molarMass),
  },
  source,
})

export const MEASURING_RANGES: Readonly<Record<string, Tops>> = {
  pm1: PARTICLES,
  pm2_5: PARTICLES,
  pm4: PARTICLES,
  pm10: PARTICLES,
  no2: gas(46.006, [20, 20, 10], 'Teledyne T200: 20 ppm; Alphasense NO2-B43F: 20 ppm; SGX MiCS-2714: 10 ppm'),
  no: gas(30.006, [20, 20, 20], 'Teledyne T200: 20 ppm; Alphasense NO-B4: 20 ppm'),
  nox: gas(46.006, [20, 20, 20], 'Teledyne T200: 20 ppm'),
  o3: gas(47.998, [10, 10, 1], 'Teledyne T400: 10 ppm; SGX MiCS-2614: 1 ppm'),
  so2: gas(64.066, [20, 20, 20], 'Teledyne T100: 20 ppm; SPEC Sensors 3SP_SO2_20: 20 ppm'),
  nh3: gas(17.031, [100, 100, 100], 'Alphasense NH3-B1: 100 ppm'),
  h2s: gas(34.081, [20, 100, 100], 'Teledyne T101: 20 ppm; Alphasense H2S-B4: 100 ppm'),
  // stored in mg/m3, of which 1,000 ppm are as many as 1 ppm are ug/m3
  co: gas(28.01, [1, 1, 1], 'Teledyne T300: 1,000 ppm; Alphasense CO-B4: 1,000 ppm; SGX MiCS-5524: 1,000 ppm'),
}

/** A Thing of unknown grade is taken for the simplest. */
export function measuringTop(property: string, grade: Grade): number | undefined {
  return Object.hasOwn(MEASURING_RANGES, property)
    ? MEASURING_RANGES[property]?.top[grade === 'unknown' ? 'low_cost' : grade]
    : undefined
}

/**
 * Whether a doubted reading of such an instrument counts in an index or a mean all the same, and is counted separately:
 * type-approved and verified instruments are looked after, and a doubt about them is more often an episode than a fault.
 */
export const countsDoubted = (grade: Grade): boolean => grade === 'reference' || grade === 'indicative'
