import { DAY_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { fractal1 } from '../random/noise.ts'
import { hash01, hashGauss } from '../random/random.ts'
import type { SimThing, SimZone } from '../world/world.ts'
import { bump, type Clock } from './clock.ts'
import type { Traffic } from './traffic.ts'
import type { Weather, WeatherAt } from './weather.ts'

/** Concentrations in ug/m3 (co: mg/m3), as they truly are at a place; instruments add their errors. */
export type Air = {
  pm1: number
  pm2_5: number
  pm10: number
  no2: number
  no: number
  o3: number
  so2: number
  co: number
}
export type AirModel = {
  at(thing: SimThing, ms: number): Air
  reading(thing: SimThing, ms: number): Record<string, number>
}

const SITING: Readonly<Record<string, { traffic: number; heating: number; works: number }>> = {
  traffic: { traffic: 2.3, heating: 0.9, works: 0.3 },
  background: { traffic: 0.55, heating: 1, works: 0.15 },
  industrial: { traffic: 0.9, heating: 0.6, works: 2.2 },
}
/** Mass of one ppb in ug/m3 at 20 Cel and 101.3 kPa (Directive 2008/50/EC, annex VI). */
const NO2_UG = 46.006 / 24.06
const NO_UG = 30.006 / 24.06
const O3_UG = 47.998 / 24.06

/**
 * Nitrogen dioxide at photostationary state (Leighton, 1961): NO + O3 -> NO2 with k, NO2 + light -> NO + O3 with J.
 * Given total NOx and total oxidant (O3 + NO2), both conserved, [NO][O3] k = J [NO2] is a quadratic. All in ppb.
 */
export function photostationary(nox: number, oxidant: number, j: number): { no2: number; no: number; o3: number } {
  const k = 4.4e-4 // ppb-1 s-1 at 298 K (JPL evaluation: 1.9e-14 cm3 s-1)
  const sum = nox + oxidant + j / k
  const no2 = (sum - Math.sqrt(sum * sum - 4 * nox * oxidant)) / 2
  return { no2, no: nox - no2, o3: oxidant - no2 }
}

/** Box model: what is emitted is diluted by wind times mixing height; 1 at 3.5 m/s and 600 m. */
export const dilution = ({ windSpeed, mixingHeight }: Pick<Weather, 'windSpeed' | 'mixingHeight'>): number =>
  Math.min(5, Math.max(0.15, (3.5 * 600) / (Math.max(0.8, windSpeed) * mixingHeight)) ** 0.75)

export function createAir(
  seed: number,
  zones: readonly SimZone[],
  clock: Clock,
  weather: WeatherAt,
  traffic: Traffic,
): AirModel {
  const densityOf = new Map(zones.map((z) => [z.key, Math.min(2.2, z.density)]))
  const at = (thing: SimThing, ms: number): Air => {
    const w = weather(ms)
    const { hour, working } = clock(ms)
    const days = ms / DAY_MS
    const site = SITING[thing.attributes['siting'] ?? ''] ?? { traffic: 0.55, heating: 1, works: 0.15 }
    const density = 0.45 + 0.4 * (densityOf.get(thing.zone ?? '') ?? 0.5)
    const own = 0.82 + 0.36 * hash01(thing.seed, 7)
    const thin = dilution(w)
    const cars = traffic.level(ms) * site.traffic * density * own
    const stoves =
      Math.max(0, 16.5 - w.temperature) *
      0.11 *
      (0.3 + 1.1 * bump(hour, 20.3, 2.3) + 0.5 * bump(hour, 7.3, 1.3)) *
      site.heating *
      density
    const works = site.works * (0.35 + 0.65 * bump(hour, 12, 4) * working)
    const nox = 2.2 + thin * (17 * cars + 2.6 * stoves + 4 * works)
    const regional =
      33 + 6 * Math.cos((2 * Math.PI * ((days % 365.2425) - 125)) / 365.2425) + 7 * fractal1(seed + 501, days / 3.7, 2)
    const mixed = 0.62 + 0.38 * Math.min(1, w.mixingHeight / 650)
    const smog = 9 * Math.max(0, w.sun) * (1 - 0.5 * w.cloud) + 5 * bump(hour, 15.5, 2.4)
    const gas = photostationary(
      nox,
      regional * mixed + smog + 0.11 * nox,
      0.0085 * Math.max(0, w.sun) ** 0.6 * (1 - 0.5 * w.cloud),
    )
    const background =
      Math.max(1.5, 5.4 + 3.4 * fractal1(seed + 502, days / 2.9, 3) + dust(seed, days)) * (w.rain > 0.5 ? 0.7 : 1)
    const pm2_5 = background + thin * (2.3 * cars + 5.2 * stoves + 1.4 * works)
    const spray = 0.55 * Math.max(0, w.windSpeed - 4) ** 1.15
    const pm10 = pm2_5 * 1.22 + 4 + spray + 1.6 * dust(seed, days) + thin * (w.rain > 0.2 ? 0.6 : 2.2) * cars
    return {
      pm1: pm2_5 * 0.72,
      pm2_5,
      pm10,
      no2: gas.no2 * NO2_UG,
      no: gas.no * NO_UG,
      o3: Math.max(2, gas.o3 * O3_UG),
      so2: 1.4 + thin * 2.6 * works,
      co: 0.16 + thin * (0.11 * cars + 0.07 * stoves),
    }
  }
  return { at, reading: (thing, ms) => instrument(thing, ms, at(thing, ms), weather(ms)) }
}

/** Desert dust, some days in the year. */
const dust = (seed: number, days: number): number => 26 * Math.max(0, fractal1(seed + 503, days / 5.3, 2) - 0.52)

/** Relative error by grade; low-cost counters see wet particles larger than they are. */
const NOISE: Readonly<Record<string, number>> = { reference: 0.015, indicative: 0.05, low_cost: 0.09, unknown: 0.1 }

function instrument(thing: SimThing, ms: number, air: Air, w: Weather): Record<string, number> {
  const minute = Math.floor(ms / MINUTE_MS)
  const sigma = NOISE[thing.grade] ?? 0.1
  const names = (thing.attributes['instruments'] ?? 'pm2_5 pm10').split(' ')
  const values: Record<string, number> = {}
  for (const [i, name] of names.entries()) {
    const error = 1 + sigma * hashGauss(thing.seed, i, minute)
    if (name === 'temperature')
      values[name] =
        w.temperature +
        (thing.grade === 'low_cost' ? 0.9 * hash01(thing.seed, 9) : 0) +
        0.12 * hashGauss(thing.seed, 90, minute)
    else if (name === 'relative_humidity')
      values[name] = Math.min(100, Math.max(5, w.humidity + 0.8 * hashGauss(thing.seed, 91, minute)))
    else if (name === 'pressure') values[name] = w.pressure + 0.05 * hashGauss(thing.seed, 92, minute)
    else if (name.startsWith('pm')) values[name] = Math.max(0.3, air[name as keyof Air] * gainOf(thing, w) * error)
    else values[name] = Math.max(0, air[name as keyof Air] * error)
  }
  return values
}
/** Growth with humidity as in kappa-Koehler theory (Petters and Kreidenweis, 2007), kappa 0.3, and a gain of its own. */
function gainOf(thing: SimThing, w: Weather): number {
  if (thing.grade !== 'low_cost') return 1
  const activity = Math.min(0.95, w.humidity / 100)
  return (0.86 + 0.28 * hash01(thing.seed, 8)) * (1 + (0.3 / 1.65) * (activity / (1 - activity))) ** 0.5
}
