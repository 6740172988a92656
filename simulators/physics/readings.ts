import { DAY_MS, HOUR_MS, HOUR_SECONDS, MINUTE_MS } from '#model/basics/durations.ts'
import type { LonLat } from '../city/geometry/geometry.ts'
import { hash, hash01, hashGauss } from '../random/random.ts'
import type { SimThing, World } from '../world/world.ts'
import { type AirModel, createAir } from './air.ts'
import { type Bicycles, count, createBicycles } from './bicycles.ts'
import { type CarSharing, createCarSharing } from './car-sharing.ts'
import { bump, type Clock, createClock, type LocalTime } from './clock.ts'
import { createDrainage, type Drainage } from './drainage.ts'
import { createEnergy, type EnergyModel } from './energy.ts'
import { fieldAt } from './field-strength.ts'
import { createProbes, type Probes } from './probes.ts'
import { createRadio, drawTechnology, type Radio } from './radio.ts'
import { createSound, type Sound } from './sound.ts'
import { createSupply, type Supply } from './supply.ts'
import { createTraffic, type Traffic } from './traffic.ts'
import { createWater, type Water } from './water.ts'
import { createWeather, type WeatherAt } from './weather.ts'

/** What a Thing would report at one instant, in canonical units; undefined when it has nothing to say. */
export type Reading = { values: Record<string, number>; channel?: string; location?: LonLat }
export type Models = {
  readonly clock: Clock
  readonly weather: WeatherAt
  readonly traffic: Traffic
  readonly air: AirModel
  readonly supply: Supply
  readonly energy: EnergyModel
  readonly water: Water
  readonly drainage: Drainage
  readonly bicycles: Bicycles
  readonly carSharing: CarSharing
  readonly radio: Radio
  readonly sound: Sound
  readonly probes: Probes
  /** `seconds` since its last reading: what counts pass in that time */
  read(thing: SimThing, ms: number, seconds: number): Reading | undefined
}

/** Every model of the city: functions of seed and time alone, so that history and live agree and nothing is remembered. */
export function createModels(world: World): Models {
  const clock = createClock(world.timeZone)
  const weather = createWeather(world.seed, world.centre)
  const traffic = createTraffic(world.seed, clock, weather)
  const supply = createSupply(weather)
  const parts = {
    clock,
    weather,
    traffic,
    air: createAir(world.seed, world.zones, clock, weather, traffic),
    supply,
    energy: createEnergy(world.things, world.zones, clock, weather, supply),
    water: createWater(world.things, world.zones, clock, weather),
    drainage: createDrainage(weather),
    carSharing: createCarSharing(clock, weather),
    bicycles: createBicycles(world.things, clock, weather),
    radio: createRadio(
      world.seed,
      world.things.filter((t) => t.kind === 'mast'),
    ),
    probes: createProbes(world, clock),
    sound: createSound(clock, traffic),
  }
  return { ...parts, read: (thing, ms, seconds) => READERS[thing.kind]?.({ ...parts, world }, thing, ms, seconds) }
}

type Parts = Omit<Models, 'read'> & { world: World }
type Reader = (models: Parts, thing: SimThing, ms: number, seconds: number) => Reading | undefined
const second = (ms: number): number => Math.floor(ms / 1000)

const READERS: Readonly<Record<string, Reader>> = {
  air_station: ({ air }, thing, ms) => ({ values: rounded(air.reading(thing, ms)) }),
  weather_station: weatherReading,
  feeder: feederReading,
  building: buildingReading,
  grid_intake: powerAndEnergy('energy'),
  solar_plant: powerAndEnergy('energy_produced'),
  wind_plant: powerAndEnergy('energy_produced'),
  water_intake: flowAndVolume,
  district_meter: flowAndVolume,
  water_district: ({ water }, thing, ms) => ({ values: { water_volume: round(water.volume(thing, ms), 2) } }),
  reservoir: ({ water }, thing, ms) => ({ values: { water_level: round(water.level(thing, ms), 3) } }),
  pumping_station: ({ water }, thing, ms) => ({
    values: { water_flow: round(water.flow(thing, ms), 1), active_power: round(water.pumping(thing, ms), 0) },
  }),
  drain_basin: drainReading,
  traffic_counter: counterReading,
  street_segment: segmentReading,
  bike_dock: ({ bicycles }, thing, ms) => ({ values: bicycles.dock(thing, ms) }),
  car_station: ({ carSharing }, thing, ms) => ({ values: { vehicles_available: carSharing.available(thing, ms) } }),
  bike_counter: ({ bicycles }, thing, ms, seconds) => ({
    values: { bicycle_count: count((bicycles.flow(thing, ms) * seconds) / HOUR_SECONDS, thing.seed, second(ms)) },
  }),
  field_probe: fieldReading,
  mast: ({ clock }, thing, ms) => ({
    values: {
      clients: count(mastLoad(clock(ms)) * (160 + 520 * hash01(thing.seed, 51)), thing.seed, second(ms)),
      online: isUp(thing, ms),
    },
  }),
  wifi_hotspot: ({ clock }, thing, ms) => {
    const { hour, working } = clock(ms)
    const load = 0.05 + 0.75 * bump(hour, 13.5, 3) * (working < 1 ? 1.15 : 0.85) + 0.35 * bump(hour, 18.5, 1.8)
    const up = isUp(thing, ms)
    return {
      values: {
        clients:
          up *
          Math.min(
            Number(thing.attributes['capacity'] || 60),
            count(load * (10 + 38 * hash01(thing.seed, 52)), thing.seed, second(ms)),
          ),
        online: up,
      },
    }
  },
  probe: probeReading,
  sound_meter: ({ sound }, thing, ms) => ({ values: { sound_level: round(sound.level(thing, ms), 1) } }),
}

/** A mast or hotspot is away for a few hours about once in forty days. */
function isUp(thing: SimThing, ms: number): number {
  const day = Math.floor(ms / DAY_MS)
  if (hash01(thing.seed, 53, day) > 0.025) return 1
  const hour = (ms / HOUR_MS) % 24
  const start = 20 * hash01(thing.seed, 54, day)
  return hour >= start && hour < start + 1 + 3 * hash01(thing.seed, 55, day) ? 0 : 1
}

function weatherReading({ weather }: Parts, thing: SimThing, ms: number, seconds: number): Reading {
  const w = weather(ms)
  const minute = Math.floor(ms / MINUTE_MS)
  const noise = (k: number, sigma: number) => sigma * hashGauss(thing.seed, k, minute)
  return {
    values: {
      temperature: round(w.temperature + noise(1, 0.1), 1),
      relative_humidity: round(Math.min(100, w.humidity + noise(2, 0.7)), 1),
      pressure: round(w.pressure + noise(3, 0.05), 1),
      wind_speed: round(Math.max(0, w.windSpeed * (1 + noise(4, 0.08))), 1),
      wind_direction: round((w.windDirection + noise(5, 6) + 360) % 360, 0),
      solar_irradiance: round(Math.max(0, w.irradiance * (1 + noise(6, 0.01))), 0),
      precipitation: round((w.rain * seconds) / HOUR_SECONDS, 2),
    },
  }
}

function flowAndVolume({ water }: Parts, thing: SimThing, ms: number): Reading {
  return { values: { water_flow: round(water.flow(thing, ms), 1), water_volume: round(water.volume(thing, ms), 2) } }
}
/** Some basins have no instrument yet. */
function drainReading({ drainage }: Parts, thing: SimThing, ms: number): Reading | undefined {
  if (thing.attributes['monitored'] !== 'true') return undefined
  const [level, flow] = [drainage.level(thing, ms), drainage.flow(thing, ms)]
  return { values: { water_level: round(level, 3), water_flow: round(flow, 1) } }
}

/** How busy a mast is, 0 to 1 */
const mastLoad = ({ hour }: LocalTime): number => 0.12 + 0.6 * bump(hour, 20, 3.6) + 0.5 * bump(hour, 13, 3.4)

function fieldReading({ clock, world }: Parts, thing: SimThing, ms: number): Reading | undefined {
  const mast = world.things.find(({ key }) => key === thing.attributes['site'])
  if (!mast) return undefined
  return { values: { electric_field: round(fieldAt(thing, mast, mastLoad(clock(ms)), ms), 2) } }
}

function powerAndEnergy(counter: 'energy' | 'energy_produced'): Reader {
  return ({ energy }, thing, ms) => ({
    values: { active_power: round(energy.power(thing, ms), 0), [counter]: round(energy.reading(thing, ms), 2) },
  })
}
function feederReading({ energy, supply }: Parts, thing: SimThing, ms: number): Reading {
  return {
    values: {
      active_power: round(energy.power(thing, ms), 0),
      energy: round(energy.reading(thing, ms), 2),
      customers_interrupted: supply.off(thing, ms),
    },
  }
}
function buildingReading({ energy }: Parts, thing: SimThing, ms: number): Reading {
  const values: Record<string, number> = {
    active_power: round(energy.power(thing, ms), 0),
    energy: round(energy.reading(thing, ms), 2),
  }
  if (thing.attributes['heat'] === 'true') values['thermal_energy'] = round(energy.heat(thing, ms), 1)
  return { values }
}

function counterReading({ traffic }: Parts, thing: SimThing, ms: number, seconds: number): Reading {
  const state = traffic.at(thing, ms)
  const passed = count((state.flow * seconds) / HOUR_SECONDS, thing.seed, second(ms))
  const free =
    thing.attributes['streetClass'] === 'arterial' ? 50 : thing.attributes['streetClass'] === 'collector' ? 40 : 30
  const speed = Math.max(4, (free / state.delay) * (1 + 0.03 * hashGauss(thing.seed, 2, second(ms))))
  // share of time a 6.5 m long loop zone is covered: flow times length over speed
  const occupancy = Math.min(95, (state.flow * 6.5) / (speed * 10))
  return { values: { vehicle_count: passed, speed: round(speed, 1), occupancy: round(occupancy, 1) } }
}

function segmentReading({ traffic }: Parts, thing: SimThing, ms: number): Reading {
  const { delay } = traffic.at(thing, ms)
  const free = Number(thing.attributes['freeFlowTravelTimeS'] || 40)
  const length = Number(thing.attributes['lengthM'] || 400)
  // signals add some seconds on average; free flow is never beaten
  const seconds =
    free * Math.max(1, delay * (1.02 + 0.025 * Math.abs(hashGauss(thing.seed, 3, Math.floor(ms / 300_000)))))
  return { values: { travel_time: round(seconds, 1), speed: round((length / seconds) * 3.6, 1) } }
}

function probeReading({ radio, probes, clock, world }: Parts, thing: SimThing, ms: number): Reading | undefined {
  const place = probes.placeOf(thing, ms)
  if (!place) return undefined
  const minute = Math.floor(ms / MINUTE_MS)
  const technology = drawTechnology(thing.seed, minute)
  const { hour } = clock(ms)
  const load = 0.1 + 0.4 * bump(hour, 20, 3.2) + 0.3 * bump(hour, 13, 3)
  const signal = radio.signal(place, technology, load)
  const location = world.projection.toLonLat(place, 6)
  const fade = 1.8 * hashGauss(thing.seed, 61, second(ms))
  if (!signal.served) {
    // a phone without service still reports how little it hears, down to its floor
    const floor = technology === '3g' ? { rscp: -120 } : { rsrp: Math.max(-139, round(signal.rsrp + fade, 0)) }
    return { channel: technology, location, values: floor }
  }
  const power = round(signal.rsrp + fade, 0)
  const values: Record<string, number> =
    technology === '3g' ? { rscp: power } : { rsrp: power, rsrq: round(signal.rsrq, 1), sinr: round(signal.sinr, 1) }
  if (hash(thing.seed, 62, minute) % 3 === 0) {
    const speed = radio.speed(signal, technology, load, hash01(thing.seed, 63, minute))
    Object.assign(values, {
      download: round(speed.download, 1),
      upload: round(speed.upload, 1),
      latency: round(speed.latency, 0),
    })
  }
  return { channel: technology, location, values }
}

const round = (value: number, decimals: number): number => {
  const f = 10 ** decimals
  return Math.round(value * f) / f
}
const rounded = (values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value, name === 'co' ? 3 : 1)]))
