import { MINUTE_MS } from '#model/basics/durations.ts'
import { hashGauss } from '../random/random.ts'
import type { SimThing } from '../world/world.ts'
import type { WeatherAt } from './weather.ts'

export type Drainage = {
  /** L/min that leave a basin by its outfall */
  flow(basin: SimThing, ms: number): number
  /** m of water in the outfall, by the flow */
  level(basin: SimThing, ms: number): number
}

const QUARTER = 900_000
/** How long rain is remembered, in times of the basin's lag: e^-7 is one part in a thousand. */
const LAGS = 7
/** L/s for each hectare that seep into old drains in dry weather */
const SEEPAGE = 0.02
const OUTFALL = { widthM: 1.6, slope: 0.004, roughness: 0.013 }

/**
 * Rational method (Kuichling, 1889): peak flow is runoff coefficient times intensity times area. The basin answers as a linear
 * reservoir: rain of a quarter of an hour leaves it by e^(-t/lag), so all that falls in the past hours adds up.
 */
export function createDrainage(weather: WeatherAt): Drainage {
  const flow = (basin: SimThing, ms: number): number => {
    const hectares = Number(basin.attributes['catchmentHa'] || 10)
    const coefficient = Number(basin.attributes['runoffCoefficient'] || 0.5)
    const lag = (12 + 3 * Math.sqrt(hectares)) * MINUTE_MS
    const now = Math.floor(ms / QUARTER)
    let effective = 0
    for (let quarter = now; quarter > now - (LAGS * lag) / QUARTER - 1; quarter--) {
      const { rain } = weather(quarter * QUARTER)
      if (rain === 0) continue
      const [began, ended] = [ms - quarter * QUARTER, Math.max(0, ms - (quarter + 1) * QUARTER)]
      effective += rain * (Math.exp(-ended / lag) - Math.exp(-began / lag))
    }
    return hectares * SEEPAGE * 60 + runoff(coefficient, effective, hectares) * 60_000
  }
  return {
    flow,
    level: (basin, ms) =>
      Math.max(
        0,
        normalDepth(flow(basin, ms) / 60_000) + 0.002 * hashGauss(basin.seed, 92, Math.floor(ms / MINUTE_MS)),
      ),
  }
}

/** m3/s of an intensity in mm/h on hectares: a mm on a hectare is 10 m3. */
export const runoff = (coefficient: number, mmAnHour: number, hectares: number): number =>
  (coefficient * mmAnHour * hectares * 10) / 3600

/** Depth of a steady flow (m3/s) in a wide channel, m: Manning's formula (1891), h = (n Q / (b sqrt S))^(3/5). */
export const normalDepth = (cubicMetresASecond: number): number =>
  ((OUTFALL.roughness * cubicMetresASecond) / (OUTFALL.widthM * Math.sqrt(OUTFALL.slope))) ** 0.6
