import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { noise1 } from '../random/noise.ts'
import { hash01 } from '../random/random.ts'
import type { SimThing, SimZone } from '../world/world.ts'
import { bump, type Clock } from './clock.ts'
import { heating } from './heat.ts'
import { createMeter, interrupted, type Meter, meterOfEach, type Source, summed } from './meter.ts'
import type { Supply } from './supply.ts'
import type { WeatherAt } from './weather.ts'

/** Electricity and heat; each meter's reading is the integral of its power (physics/meter.ts). */
export type EnergyModel = {
  /** W, at any instant */
  power(thing: SimThing, ms: number): number
  /** kWh since the meter was installed */
  reading(thing: SimThing, ms: number): number
  /** kWh of heat since the meter was installed */
  heat(thing: SimThing, ms: number): number
}

export function createEnergy(
  things: readonly SimThing[],
  zones: readonly SimZone[],
  clock: Clock,
  weather: WeatherAt,
  supply: Supply,
): EnergyModel {
  const zoneOf = new Map(zones.map((z) => [z.key, z]))
  const feeders = things.filter((t) => t.kind === 'feeder')
  const plants = things.filter((t) => t.kind === 'solar_plant' || t.kind === 'wind_plant')
  const meterOf = meterOfEach((thing): Meter => {
    // what the city draws and does not make itself comes through the cables, in fixed shares
    if (thing.kind === 'grid_intake')
      return summed(feeders.map(meterOf), plants.map(meterOf), Number(thing.attributes['share'] || 0.5))
    const meter = createMeter(sourceOf(thing, zoneOf, clock, weather))
    return thing.kind === 'feeder' ? interrupted(meter, (ms) => supply.cuts(thing, ms)) : meter
  })
  const heatMeterOf = meterOfEach((thing) => createMeter(heating(thing, clock, weather)))
  return {
    power: (thing, ms) => meterOf(thing).rate(ms),
    reading: (thing, ms) => 1200 + Math.round(hash01(thing.seed, 21) * 90_000) + meterOf(thing).count(ms),
    heat: (thing, ms) => 800 + Math.round(hash01(thing.seed, 22) * 30_000) + heatMeterOf(thing).count(ms),
  }
}

function sourceOf(thing: SimThing, zones: ReadonlyMap<string, SimZone>, clock: Clock, weather: WeatherAt): Source {
  const peak = Number(thing.attributes['peakKw'] || 100) * 1000
  if (thing.kind === 'feeder') return district(thing, zones.get(thing.zone ?? ''), clock, weather)
  if (thing.kind === 'solar_plant') return (ms) => solarPower(weather(ms), peak) * (1 - 0.06 * hash01(thing.seed, 3))
  if (thing.kind === 'wind_plant')
    return (ms) => windPower(weather(ms).windSpeed * 1.42 * (1 + 0.05 * noise1(thing.seed, ms / 2_700_000)), peak)
  return building(thing, clock, weather)
}

/** Irradiance, cell temperature (NOCT model) and inverter: about 0.85 of nameplate under full sun. */
function solarPower({ irradiance, temperature }: { irradiance: number; temperature: number }, peak: number): number {
  const cell = temperature + 0.03 * irradiance
  return Math.max(0, ((peak * irradiance) / 1000) * (1 - 0.004 * (cell - 25)) * 0.88)
}
/** Cut-in 3, rated 12, cut-out 25 m/s, cubic between; wind at hub height is about 1.4 times that at 10 m. */
export function windPower(windSpeed: number, peak: number): number {
  if (windSpeed < 3 || windSpeed > 25) return 0
  return windSpeed >= 12 ? peak : (peak * (windSpeed ** 3 - 27)) / (12 ** 3 - 27)
}

/** Homes (evening and morning), shops and offices (working hours), street light, heating and cooling by temperature. */
function district(thing: SimThing, zone: SimZone | undefined, clock: Clock, weather: WeatherAt): Source {
  const homes = zone?.households ?? Number(thing.attributes['customers'] || 1000)
  const trade = Math.max(0, Number(thing.attributes['customers'] || homes) - homes)
  const comfort = Math.sqrt((zone?.income ?? 15_000) / 16_000)
  return (ms) => {
    const w = weather(ms)
    const { hour, working } = clock(ms)
    const home =
      0.21 +
      0.12 * bump(hour, 7.6, 1.2) +
      0.4 * bump(hour, 20.6, 2.2) +
      0.12 * bump(hour, 13.2, 1.8) +
      (1 - working) * 0.08
    const heat = 0.055 * Math.max(0, 15.5 - w.temperature) * (0.5 + bump(hour, 20, 3) + 0.5 * bump(hour, 7, 2))
    const cool = 0.04 * Math.max(0, w.temperature - 24)
    const shop = 2.6 * (0.25 + 0.75 * working * bump(hour, 13.5, 3.8)) + 0.05 * Math.max(0, w.temperature - 22)
    const light = w.sun < 0 ? 0.035 : 0
    const wave = 1 + 0.035 * noise1(thing.seed, ms / HOUR_MS) + 0.02 * noise1(thing.seed + 1, ms / DAY_MS)
    return 1000 * wave * (homes * (comfort * (home + heat + cool) + light) + trade * shop)
  }
}

const USES: Readonly<Record<string, { base: number; busy: number; from: number; to: number; weekend: number }>> = {
  school: { base: 2.5, busy: 11, from: 8, to: 17, weekend: 0.08 },
  office: { base: 4, busy: 19, from: 8, to: 18.5, weekend: 0.12 },
  clinic: { base: 9, busy: 17, from: 7, to: 20, weekend: 0.7 },
  library: { base: 3, busy: 13, from: 9.5, to: 20, weekend: 0.6 },
  apartments: { base: 2.6, busy: 5, from: 17, to: 23.5, weekend: 1.1 },
  shop: { base: 6, busy: 24, from: 9, to: 21, weekend: 0.9 },
  'town hall': { base: 4, busy: 15, from: 8, to: 18, weekend: 0.1 },
  'sports hall': { base: 5, busy: 18, from: 9, to: 22.5, weekend: 1.05 },
  works: { base: 12, busy: 42, from: 6, to: 22, weekend: 0.35 },
}
function building(thing: SimThing, clock: Clock, weather: WeatherAt): Source {
  const use = USES[thing.attributes['use'] ?? ''] ?? { base: 4, busy: 15, from: 8, to: 18, weekend: 0.2 }
  const area = Number(thing.attributes['floorAreaM2'] || 800)
  return (ms) => {
    const w = weather(ms)
    const { hour, working } = clock(ms)
    const rise = 1 / (1 + Math.exp(-(hour - use.from) * 2.4))
    const fall = 1 / (1 + Math.exp((hour - use.to) * 2.4))
    const present = rise * fall * (working === 1 ? 1 : use.weekend)
    const climate = 0.55 * Math.max(0, 16 - w.temperature) + 0.9 * Math.max(0, w.temperature - 23)
    const wave = 1 + 0.08 * noise1(thing.seed, ms / 2_400_000)
    return area * wave * (use.base + present * (use.busy + climate) + 0.2 * climate)
  }
}
