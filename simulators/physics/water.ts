import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { noise1 } from '../random/noise.ts'
import { hash01 } from '../random/random.ts'
import type { SimThing, SimZone } from '../world/world.ts'
import { bump, type Clock, type LocalTime } from './clock.ts'
import { leakage } from './leakage.ts'
import { createMeter, METER_EPOCH, type Meter, meterOfEach, type Source, summed } from './meter.ts'
import type { WeatherAt } from './weather.ts'

/**
 * Drinking water on its way: works put it into the network, district meters see what flows into each district, and what the
 * customers' meters count there is less by what leaks. Every sum is exact, in flow and in volume (physics/meter.ts).
 */
export type Water = {
  /** m3 since the meter was installed: of a works, pumping station, district meter, or all customers of a district */
  volume(thing: SimThing, ms: number): number
  /** L/min */
  flow(thing: SimThing, ms: number): number
  /** m of water above the floor of a reservoir */
  level(reservoir: SimThing, ms: number): number
  /** W that a pumping station draws */
  pumping(station: SimThing, ms: number): number
}

/** N/m3: density of water times gravity */
const SPECIFIC_WEIGHT = 1000 * 9.81

export function createWater(
  things: readonly SimThing[],
  zones: readonly SimZone[],
  clock: Clock,
  weather: WeatherAt,
): Water {
  const habits = createHabits(clock, weather)
  const people = new Map(zones.map((z) => [z.key, z.population]))
  const used = new Map<string, Meter>()
  const inlets = new Map<string, Meter>()
  for (const district of things.filter((t) => t.kind === 'water_district')) {
    const zone = district.zone ?? ''
    const mean = meanDemand(district, people.get(zone) ?? 0)
    const source = demand(district, mean, habits)
    const customers = createMeter(source)
    const inlet = things.find((t) => t.kind === 'district_meter' && t.zone === zone)
    used.set(zone, customers)
    inlets.set(zone, summed(inlet ? [customers, createMeter(leakage(inlet, source, mean))] : [customers]))
  }
  const all = [...inlets.values()]
  const behind = (keys: string): Meter => summed(keys.split(' ').flatMap((key) => inlets.get(key) ?? []))
  const meterOf = meterOfEach((thing) => {
    if (thing.kind === 'water_district') return used.get(thing.zone ?? '') ?? summed([])
    if (thing.kind === 'district_meter') return behind(thing.zone ?? '')
    if (thing.kind === 'pumping_station') return behind(thing.attributes['feeds'] ?? '')
    return summed(all, [], Number(thing.attributes['share'] || 0))
  })
  const flow = (thing: SimThing, ms: number): number => meterOf(thing).rate(ms) / 60
  return {
    flow,
    volume: (thing, ms) => 5000 + Math.round(hash01(thing.seed, 23) * 900_000) + meterOf(thing).count(ms),
    level: (reservoir, ms) => {
      // A reservoir stands behind a works: `share` of what is put in leaves it, and the works fill it evenly over the day.
      const meter = meterOf(reservoir)
      const today = METER_EPOCH + Math.floor((ms - METER_EPOCH) / DAY_MS) * DAY_MS
      const [start, now, end] = [meter.count(today), meter.count(ms), meter.count(today + DAY_MS)]
      const stored = ((ms - today) / DAY_MS) * (end - start) - (now - start)
      return Number(reservoir.attributes['meanLevelM'] || 4) + stored / Number(reservoir.attributes['areaM2'] || 1000)
    },
    // Hydraulic power, rho g Q H, over the efficiency of pump and motor
    pumping: (station, ms) => {
      const cubicMetresASecond = flow(station, ms) / 60_000
      const [head, efficiency] = [station.attributes['headM'] || 40, station.attributes['efficiency'] || 0.65]
      return (SPECIFIC_WEIGHT * cubicMetresASecond * Number(head)) / Number(efficiency)
    },
  }
}

/** L/h on the average of a year */
const meanDemand = (district: SimThing, people: number): number =>
  (people * Number(district.attributes['litresPerHead'] || 150)) / 24

/** What the customers of a district draw, L/h: the habits of the city about the mean of the year, with waves of its own. */
function demand(district: SimThing, mean: number, habits: Source): Source {
  return (ms) =>
    mean *
    habits(ms) *
    (1 + 0.05 * noise1(district.seed, ms / (2 * HOUR_MS)) + 0.03 * noise1(district.seed + 1, ms / DAY_MS))
}

/** Demand of the whole city over the mean of the year, by the hour, the weekday and the warmth; each district asks anew. */
function createHabits(clock: Clock, weather: WeatherAt): Source {
  const memo = new Map<number, number>()
  return (ms) => {
    const known = memo.get(ms)
    if (known !== undefined) return known
    if (memo.size > 20_000) memo.clear()
    const warmth = Math.min(1.25, Math.max(0.92, 1 + 0.012 * (weather(ms).temperature - 16)))
    const level = pattern(clock(ms)) * warmth
    memo.set(ms, level)
    return level
  }
}

/** Households wash in the morning and cook and wash in the evening, later at the weekend; the rest is trade. */
const TRADE = 0.22
function household({ hour, weekday }: LocalTime): number {
  const late = weekday === 0 || weekday === 6 ? 1.8 : 0
  return (
    0.2 +
    (1.25 - late / 6) * bump(hour, 7.4 + late, 1.1 + late / 3) +
    0.55 * bump(hour, 13.2, 2.2) +
    1.15 * bump(hour, 20, 2.1)
  )
}
const trade = ({ hour, working }: LocalTime): number => 0.2 + working * bump(hour, 13, 3.6)

/** Mean over a week of local time */
const weekly = (of: (at: LocalTime) => number): number => {
  let sum = 0
  for (let h = 0; h < 168; h++) {
    const weekday = Math.floor(h / 24)
    const working = weekday === 0 ? 0.35 : weekday === 6 ? 0.55 : 1
    sum += of({ hour: h % 24, weekday, day: weekday, working })
  }
  return sum / 168
}
const HOUSEHOLD_MEAN = weekly(household)
const TRADE_MEAN = weekly(trade)
/** Demand over that of the year's mean hour: 1 over a week, about a quarter of it at three in the morning. */
export const pattern = (at: LocalTime): number =>
  (1 - TRADE) * (household(at) / HOUSEHOLD_MEAN) + TRADE * (trade(at) / TRADE_MEAN)
