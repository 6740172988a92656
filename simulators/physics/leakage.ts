import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { hash01 } from '../random/random.ts'
import type { SimThing } from '../world/world.ts'
import { METER_EPOCH, type Source } from './meter.ts'

/**
 * Unavoidable annual real losses, L/d: (18 Lm + 0.8 Nc) P with km of mains, number of service connections and metres of pressure,
 * customers' meters at the street (Lambert, Brown, Takizawa and Weimer, AQUA 48, 1999).
 */
export const unavoidableLoss = (mainsKm: number, connections: number, pressureM: number): number =>
  (18 * mainsKm + 0.8 * connections) * pressureM

/** Leaks grow with pressure to this power (fixed and variable areas: May 1994; 1.15 for mixed pipes, Lambert 2000). */
const PRESSURE_POWER = 1.15
/** Head lost on the way grows with flow to this power (Hazen and Williams, 1905). */
const FRICTION_POWER = 1.852

/** Pressure over that of the average hour, by demand over its mean: highest at night, when little flows. */
export const relativePressure = (demand: number): number => Math.max(0.7, 1.08 - 0.08 * demand ** FRICTION_POWER)

/**
 * What leaks behind a district meter, L/h: the unavoidable times the district's infrastructure leakage index (ILI), by
 * pressure, and a burst now and then that runs until it is found and mended.
 */
export function leakage(meter: SimThing, demand: Source, meanDemand: number): Source {
  const attribute = (name: string): number => Number(meter.attributes[name] || 0)
  const unavoidable = unavoidableLoss(attribute('networkKm'), attribute('connections'), attribute('pressureM'))
  const background = (unavoidable * attribute('ili')) / 24
  return (ms) => {
    const pressure = relativePressure(meanDemand > 0 ? demand(ms) / meanDemand : 0)
    return background * pressure ** PRESSURE_POWER * (1 + burst(meter, ms))
  }
}

/** A district has a burst in three of ten spells of so many days. */
const SPELL = 28 * DAY_MS
const RISING = 8 * HOUR_MS
const MENDING = 3 * HOUR_MS

/** What a burst adds, over the background: it opens over hours, runs for two to nine days, and is mended. */
export function burst(meter: SimThing, ms: number): number {
  const spell = Math.floor((ms - METER_EPOCH) / SPELL)
  return during(meter, spell, ms) + during(meter, spell - 1, ms)
}
function during(meter: SimThing, spell: number, ms: number): number {
  if (hash01(meter.seed, 611, spell) > 0.3) return 0
  const from = METER_EPOCH + (spell + hash01(meter.seed, 612, spell)) * SPELL
  const to = from + (2 + 7 * hash01(meter.seed, 613, spell)) * DAY_MS
  const open = Math.min(1, (ms - from) / RISING, (to - ms) / MENDING)
  return open <= 0 ? 0 : open * (0.5 + hash01(meter.seed, 614, spell))
}
