import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { photostationary } from '#simulators/physics/air.ts'
import { windPower } from '#simulators/physics/energy.ts'
import { pathLoss } from '#simulators/physics/radio.ts'
import { createModels, type Models } from '#simulators/physics/readings.ts'
import { trafficL10 } from '#simulators/physics/sound.ts'
import { bpr } from '#simulators/physics/traffic.ts'
import { sunElevation } from '#simulators/physics/weather.ts'
import { readWorld, type SimThing, type World } from '#simulators/world/world.ts'

const DEMO = join(import.meta.dirname, '../../simulators/cities/demo')
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Monday 2 November 2026, 00:00; Lisbon keeps UTC in winter */
const MONDAY = Date.UTC(2026, 10, 2)

let world: World
let models: Models
const of = (kind: string) => world.things.filter((t) => t.kind === kind)
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
/** mean of one property over Things, over ten working days, at a local hour */
const atHour = (things: SimThing[], property: string, hour: number) =>
  mean(
    things.flatMap((thing) =>
      [0, 1, 2, 3, 4, 7, 8, 9, 10, 11].map(
        (d) => models.read(thing, MONDAY + d * DAY + hour * HOUR, 900)?.values[property] ?? Number.NaN,
      ),
    ),
  )
beforeAll(async () => {
  world = await readWorld(DEMO)
  models = createModels(world)
})
vi.setConfig({ testTimeout: 60_000 })

describe('readings are a function of seed and time', () => {
  test('two simulators of one pack agree on every Thing; asking in another order changes nothing', () => {
    const other = createModels(world)
    const at = MONDAY + 8.25 * HOUR
    const backwards = [...world.things].reverse().map((t) => JSON.stringify(other.read(t, at, 60)))
    expect(world.things.map((t) => JSON.stringify(models.read(t, at, 60)))).toEqual(backwards.reverse())
  })
  test('another seed gives other weather', () => {
    const other = createModels({ ...world, seed: 8 })
    expect(other.weather(MONDAY).temperature).not.toBe(models.weather(MONDAY).temperature)
  })
})

describe('published formulas', () => {
  // 1 + 0.15 * 1^4 = 1.15; 1 + 0.15 * 1.5^4 = 1.759375 (Bureau of Public Roads, 1964)
  test.each([
    [0, 1],
    [1, 1.15],
    [1.5, 1.759375],
  ])('BPR at v/c %d is %d', (ratio, delay) => {
    expect(bpr(ratio)).toBeCloseTo(delay, 9)
  })
  // 42.2 + 10 lg 1000 + 33 lg(50 + 40 + 10) + 10 lg(1 + 25 / 50) - 68.8 = 42.2 + 30 + 66 + 1.761 - 68.8 (CRTN, 1988)
  test('1000 vehicles an hour at 50 km/h, 5 % of them heavy, have an L10 of 71.16 dB(A)', () => {
    expect(trafficL10(1000, 50, 5)).toBeCloseTo(71.161, 3)
  })
  // 3GPP TR 38.901 UMa NLOS at d3D 1000 m, 3.5 GHz, phone at 1.5 m: 13.54 + 39.08 * 3 + 20 log10(3.5) = 141.66 dB
  test('path loss of UMa NLOS at 1 km and 3.5 GHz is 141.66 dB', () => {
    expect(pathLoss(1000, 1.5, 3.5)).toBeCloseTo(141.66, 1)
  })
  // Leighton: k [NO][O3] = J [NO2], NOx and oxidant conserved
  test('photostationary state holds its equation and its sums', () => {
    const { no, no2, o3 } = photostationary(40, 45, 0.008)
    expect(4.4e-4 * no * o3).toBeCloseTo(0.008 * no2, 9)
    expect(no + no2).toBeCloseTo(40, 9)
    expect(no2 + o3).toBeCloseTo(45, 9)
  })
  test('at night all nitrogen monoxide is used up while there is ozone', () => {
    expect(photostationary(10, 40, 0).no).toBeCloseTo(0, 9)
  })
  test('a wind turbine stands below 3 m/s and above 25 m/s and gives its peak from 12 m/s', () => {
    expect([2.9, 12, 20, 26].map((v) => windPower(v, 2000))).toEqual([0, 2000, 2000, 0])
  })
  // at noon of the June solstice the sun stands at 90 - 39.24 + 23.44 = 74.2 degrees; sin = 0.962
  test('the sun stands where the almanac has it', () => {
    const noon = Date.UTC(2026, 5, 21, 12) + (10.85 / 15) * HOUR
    expect(sunElevation(noon, [-10.85, 39.24])).toBeCloseTo(0.962, 2)
    expect(sunElevation(noon + 12 * HOUR, [-10.85, 39.24])).toBeLessThan(0)
  })
})

describe('air', () => {
  test('NO2 at kerbsides is higher in the rush hour than at night', () => {
    const kerb = of('air_station').filter(
      (t) => t.attributes['siting'] === 'traffic' && t.attributes['instruments']?.includes('no2'),
    )
    expect(atHour(kerb, 'no2', 8.25)).toBeGreaterThan(1.4 * atHour(kerb, 'no2', 3))
  })
  test('ozone peaks in the afternoon and is lower at kerbsides than in parks', () => {
    const o3 = of('air_station').filter((t) => t.attributes['instruments']?.includes('o3'))
    expect(atHour(o3, 'o3', 15)).toBeGreaterThan(atHour(o3, 'o3', 7))
    expect(atHour(o3, 'o3', 15)).toBeGreaterThan(atHour(o3, 'o3', 21))
    const at = (siting: string) => o3.filter((t) => t.attributes['siting'] === siting)
    expect(atHour(at('traffic'), 'o3', 8.25)).toBeLessThan(atHour(at('background'), 'o3', 8.25))
  })
  test('wind dilutes: rush-hour PM2.5 above the background is lower in windy hours', () => {
    const [kerb] = of('air_station').filter((t) => t.attributes['siting'] === 'traffic')
    const [park] = of('air_station').filter((t) => t.attributes['siting'] === 'background')
    if (!kerb || !park) throw new Error('the demo city has both')
    const increments = Array.from({ length: 300 }, (_, d) => MONDAY - d * DAY + 8.25 * HOUR)
      .filter((t) => models.clock(t).working === 1)
      .map((t) => ({
        wind: models.weather(t).windSpeed,
        over: models.air.at(kerb, t).pm2_5 - models.air.at(park, t).pm2_5,
      }))
    const calm = increments.filter((i) => i.wind < 3.5).map((i) => i.over)
    const windy = increments.filter((i) => i.wind > 6.5).map((i) => i.over)
    expect(mean(windy)).toBeLessThan(0.8 * mean(calm))
  })
  test('low-cost counters read more in humid air than the truth', () => {
    const cheap = of('air_station').filter((t) => t.grade === 'low_cost')
    const damp = Array.from({ length: 200 }, (_, h) => MONDAY + h * HOUR).filter((t) => models.weather(t).humidity > 90)
    const ratio = damp.flatMap((t) =>
      cheap.map((c) => (models.air.reading(c, t)['pm2_5'] ?? 0) / models.air.at(c, t).pm2_5),
    )
    expect(mean(ratio)).toBeGreaterThan(1.2)
  })
})

describe('noise', () => {
  test('meters hear the rush hour, and kerbs more than what lies behind the houses', () => {
    const meters = of('sound_meter')
    expect(meters).toHaveLength(12)
    expect(atHour(meters, 'sound_level', 8.25)).toBeGreaterThan(atHour(meters, 'sound_level', 3) + 5)
    const where = (screened: string) => meters.filter((t) => t.attributes['screened'] === screened)
    expect(atHour(where('false'), 'sound_level', 12)).toBeGreaterThan(atHour(where('true'), 'sound_level', 12) + 6)
  })
})

describe('energy', () => {
  const at = MONDAY + 13.6 * HOUR
  test('what the city draws is what it makes and takes in, in power and in energy', () => {
    const sum = (kinds: string[], read: (t: SimThing) => number) => kinds.flatMap(of).reduce((s, t) => s + read(t), 0)
    const power = (t: SimThing) => models.energy.power(t, at)
    const made = sum(['solar_plant', 'wind_plant', 'grid_intake'], power)
    expect(Math.abs(made - sum(['feeder'], power)) / made).toBeLessThan(1e-9)
    const used = (t: SimThing) => models.energy.reading(t, at) - models.energy.reading(t, at - 30 * DAY)
    const supplied = sum(['solar_plant', 'wind_plant', 'grid_intake'], used)
    expect(Math.abs(supplied - sum(['feeder'], used)) / supplied).toBeLessThan(1e-6)
  })
  test('meters never run backwards and agree with the integral of power', () => {
    for (const thing of ['feeder', 'building', 'solar_plant', 'wind_plant'].flatMap((kind) => of(kind).slice(0, 3))) {
      let before = models.energy.reading(thing, MONDAY)
      let integral = 0
      for (let k = 1; k <= 24 * 60; k++) {
        const t = MONDAY + k * 60_000
        const now = models.energy.reading(thing, t)
        expect(now).toBeGreaterThanOrEqual(before - 1e-9)
        integral += models.energy.power(thing, t - 30_000) / 60_000
        before = now
      }
      const counted = before - models.energy.reading(thing, MONDAY)
      expect(Math.abs(counted - integral)).toBeLessThan(0.002 * Math.max(1, counted))
    }
  })
  test('the sun makes nothing at night; the cables always bring something in', () => {
    expect(of('solar_plant').map((t) => models.energy.power(t, MONDAY + 2 * HOUR))).toEqual(
      of('solar_plant').map(() => 0),
    )
    for (let h = 0; h < 24 * 365; h += 7) {
      const [cable] = of('grid_intake')
      if (cable) expect(models.energy.power(cable, Date.UTC(2026, 0, 2) + h * HOUR)).toBeGreaterThan(0)
    }
  })
})

describe('mobility', () => {
  test('travel time is never below free flow, and longer in the rush hour than at night', () => {
    const segments = of('street_segment')
    for (const s of segments) {
      for (let h = 0; h < 48; h++) {
        const time = models.read(s, MONDAY + h * HOUR, 900)?.values['travel_time'] ?? 0
        expect(time).toBeGreaterThanOrEqual(Number(s.attributes['freeFlowTravelTimeS']) - 0.05)
      }
    }
    expect(atHour(segments, 'travel_time', 17.9)).toBeGreaterThan(1.1 * atHour(segments, 'travel_time', 3))
  })
  test('more vehicles pass on a working morning than on a Sunday morning', () => {
    const counts = (day: number) =>
      mean(
        of('traffic_counter').map(
          (t) => models.read(t, MONDAY + day * DAY + 8.3 * HOUR, 900)?.values['vehicle_count'] ?? 0,
        ),
      )
    expect(counts(0)).toBeGreaterThan(2 * counts(6))
  })
  test('docks hold what they can hold, and bicycles are nearly conserved', () => {
    const totals: number[] = []
    for (let h = 0; h < 48; h++) {
      let bikes = 0
      for (const dock of of('bike_dock')) {
        const { bikes_available: b, docks_available: d } = models.bicycles.dock(dock, MONDAY + h * HOUR)
        expect(b).toBeGreaterThanOrEqual(0)
        expect(d).toBeGreaterThanOrEqual(0)
        expect(b + d).toBeLessThanOrEqual(Number(dock.attributes['capacity']))
        bikes += b
      }
      totals.push(bikes)
    }
    expect(Math.max(...totals) - Math.min(...totals)).toBeLessThan(0.15 * mean(totals))
  })
})

describe('connectivity', () => {
  test('signal falls with distance from the nearest mast, on average', () => {
    const masts = of('mast').filter((m) => m.attributes['technologies']?.includes('4g'))
    const places = of('air_station').concat(of('bike_dock'), of('traffic_counter'), of('building'), of('wifi_hotspot'))
    const far = places.map((p) => ({
      d: Math.min(...masts.map((m) => Math.hypot(m.at[0] - p.at[0], m.at[1] - p.at[1]))),
      rsrp: models.radio.signal(p.at, '4g', 0.3).rsrp,
    }))
    expect(mean(far.filter((f) => f.d < 300).map((f) => f.rsrp))).toBeGreaterThan(
      mean(far.filter((f) => f.d > 600).map((f) => f.rsrp)) + 6,
    )
  })
  test('drive tests carry a place on the island, a radio, and plausible numbers', () => {
    let n = 0
    for (const probe of of('probe')) {
      for (let h = 6; h < 22; h++) {
        const reading = models.read(probe, MONDAY + h * HOUR + 600_000, 900)
        if (!reading?.location) continue
        n++
        expect(['3g', '4g', '5g']).toContain(reading.channel)
        expect(world.projection.toMetres(reading.location).every((m) => Math.abs(m) < 4700)).toBe(true)
        if (reading.values['download'] !== undefined) expect(reading.values['download']).toBeLessThan(1200)
      }
    }
    expect(n).toBeGreaterThan(100)
  })
  test('vehicles are in the garage at night', () => {
    expect(of('probe').map((p) => models.read(p, MONDAY + 3 * HOUR, 900))).toEqual(of('probe').map(() => undefined))
  })
})
