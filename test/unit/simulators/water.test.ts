import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { normalDepth, runoff } from '#simulators/physics/drainage.ts'
import { burst, relativePressure, unavoidableLoss } from '#simulators/physics/leakage.ts'
import { createModels, type Models } from '#simulators/physics/readings.ts'
import { readWorld, type SimThing, type World } from '#simulators/world/world.ts'

const DEMO = join(import.meta.dirname, '../../../simulators/cities/demo')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Monday 2 November 2026, 00:00; Lisbon keeps UTC in winter */
const MONDAY = Date.UTC(2026, 10, 2)

let world: World
let models: Models
beforeAll(async () => {
  world = await readWorld(DEMO)
  models = createModels(world)
})
const of = (kind: string) => world.things.filter((t) => t.kind === kind)
const sum = (kind: string, read: (t: SimThing) => number) => of(kind).reduce((total, t) => total + read(t), 0)
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const number = (t: SimThing, attribute: string) => Number(t.attributes[attribute])

describe('published formulas', () => {
  // (18 * 100 km + 0.8 * 5000 connections) * 50 m = 290,000 L/d (Lambert et al., 1999)
  test('unavoidable real losses of 100 km of mains with 5000 connections at 50 m are 290 m3 a day', () => {
    expect(unavoidableLoss(100, 5000, 50)).toBe(290_000)
  })
  // 0.6 * 12 mm/h on 50 ha: 0.6 * 0.012 m * 500,000 m2 / 3600 s = 1 m3/s (rational method)
  test('12 mm an hour on 50 ha that let 60 % run off make a cubic metre a second', () => {
    expect(runoff(0.6, 12, 50)).toBeCloseTo(1, 12)
  })
  // h = (0.013 * 1 / (1.6 * sqrt 0.004))^0.6 = 0.128468^0.6 = 0.29193 m (Manning, wide channel)
  test('a cubic metre a second stands 29 cm deep in the outfall', () => {
    expect(normalDepth(1)).toBeCloseTo(0.2919, 3)
    expect(normalDepth(0)).toBe(0)
  })
  test('pressure is that of the average hour at the average demand, more at night, and never below 70 %', () => {
    expect(relativePressure(1)).toBeCloseTo(1, 12)
    expect(relativePressure(0.25)).toBeGreaterThan(1.07)
    expect(relativePressure(4)).toBe(0.7)
  })
})

describe('the water balance', () => {
  const instants = [0.5, 3.25, 7.9, 13, 20.01, 23.999].map((h) => MONDAY + h * HOUR)
  test('at every instant works put in what flows into the districts, in flow and in volume', () => {
    for (const at of instants) {
      const into = sum('district_meter', (t) => models.water.flow(t, at))
      expect(sum('water_intake', (t) => models.water.flow(t, at)) / into).toBeCloseTo(1, 9)
      const volume = (t: SimThing) => models.water.volume(t, at) - models.water.volume(t, MONDAY - 20 * DAY)
      expect(sum('water_intake', volume) / sum('district_meter', volume)).toBeCloseTo(1, 9)
    }
  })
  test('what flows in and is not used leaks, everywhere and always', () => {
    for (const customers of of('water_district')) {
      const inlet = of('district_meter').find((t) => t.zone === customers.zone)
      if (!inlet) throw new Error(`${customers.key} has no inlet`)
      for (let h = 0; h < 48; h++)
        expect(models.water.flow(inlet, MONDAY + h * HOUR)).toBeGreaterThan(
          models.water.flow(customers, MONDAY + h * HOUR),
        )
    }
  })
  test('meters agree with the integral of the flow and never run backwards', () => {
    for (const thing of ['water_intake', 'district_meter', 'water_district', 'pumping_station'].flatMap((k) =>
      of(k).slice(0, 2),
    )) {
      let before = models.water.volume(thing, MONDAY)
      let litres = 0
      for (let m = 1; m <= 1440; m++) {
        const now = models.water.volume(thing, MONDAY + m * MINUTE)
        expect(now).toBeGreaterThan(before)
        litres += models.water.flow(thing, MONDAY + (m - 0.5) * MINUTE)
        before = now
      }
      const counted = before - models.water.volume(thing, MONDAY)
      expect(litres / 1000 / counted).toBeCloseTo(1, 6)
    }
  })
  test('a pumping station passes on what its districts draw, and its power is rho g Q H over its efficiency', () => {
    for (const pump of of('pumping_station')) {
      const fed = (pump.attributes['feeds'] ?? '').split(' ')
      const at = MONDAY + 7.5 * HOUR
      const drawn = of('district_meter')
        .filter((t) => fed.includes(t.zone ?? ''))
        .reduce((total, t) => total + models.water.flow(t, at), 0)
      expect(models.water.flow(pump, at)).toBeCloseTo(drawn, 6)
      const watts = (1000 * 9.81 * (drawn / 60_000) * number(pump, 'headM')) / number(pump, 'efficiency')
      expect(models.water.pumping(pump, at)).toBeCloseTo(watts, 6)
    }
  })
  test('a reservoir gains what comes in and loses what goes out: full again after a day, within its walls', () => {
    for (const reservoir of of('reservoir')) {
      const works = of('water_intake').find((t) => t.attributes['share'] === reservoir.attributes['share'])
      if (!works) throw new Error('a reservoir stands behind a works')
      const level = (ms: number) => models.water.level(reservoir, ms)
      expect(level(MONDAY)).toBeCloseTo(number(reservoir, 'meanLevelM'), 9)
      expect(level(MONDAY + DAY - 1)).toBeCloseTo(level(MONDAY + DAY), 4)
      const out = (from: number, to: number) => models.water.volume(works, to) - models.water.volume(works, from)
      for (let h = 0; h < 24; h++) {
        const [from, to] = [MONDAY + h * HOUR, MONDAY + (h + 1) * HOUR]
        const gained = (level(to) - level(from)) * number(reservoir, 'areaM2')
        if (h < 23) expect(gained).toBeCloseTo(out(MONDAY, MONDAY + DAY) / 24 - out(from, to), 5)
        expect(level(from)).toBeGreaterThan(2)
        expect(level(from)).toBeLessThan(6)
      }
    }
  })
})

describe('demand', () => {
  const inflow = (ms: number) => sum('district_meter', (t) => models.water.flow(t, ms))
  const used = (ms: number) => sum('water_district', (t) => models.water.flow(t, ms))
  const day = (start: number, of: (ms: number) => number) => Array.from({ length: 24 }, (_, h) => of(start + h * HOUR))
  test('is least between two and five at night and peaks in the morning and the evening', () => {
    for (const d of [0, 1, 2, 3, 4]) {
      const hours = day(MONDAY + d * DAY, used)
      expect([2, 3, 4]).toContain(hours.indexOf(Math.min(...hours)))
      for (const peak of [7, 20]) expect(hours[peak]).toBeGreaterThan(1.3 * mean(hours))
      expect(Math.max(...hours)).toBeLessThan(1.9 * mean(hours))
      expect(Math.min(...hours)).toBeLessThan(0.35 * mean(hours))
    }
  })
  test('the night minimum flow is mostly leakage, and a third to a half of the mean', () => {
    const hours = day(MONDAY, inflow)
    const night = hours.indexOf(Math.min(...hours))
    const leaking = inflow(MONDAY + night * HOUR) - used(MONDAY + night * HOUR)
    expect(leaking).toBeGreaterThan(0.45 * (hours[night] ?? 0))
    expect((hours[night] ?? 0) / mean(hours)).toBeGreaterThan(0.33)
    expect((hours[night] ?? 0) / mean(hours)).toBeLessThan(0.55)
  })
  test('at the weekend the morning comes later, and in July more is used than in January', () => {
    const saturday = day(MONDAY + 5 * DAY, used)
    expect((saturday[7] ?? 0) / mean(saturday)).toBeLessThan(
      0.85 * ((day(MONDAY, used)[7] ?? 0) / mean(day(MONDAY, used))),
    )
    const month = (from: number) =>
      sum('water_district', (t) => models.water.volume(t, from + 28 * DAY) - models.water.volume(t, from))
    expect(month(Date.UTC(2026, 6, 1))).toBeGreaterThan(1.04 * month(Date.UTC(2026, 0, 1)))
  })
  test('a burst shows in the night flow of its district and ends', () => {
    const inlet = of('district_meter').find((t) =>
      Array.from({ length: 300 }, (_, d) => burst(t, Date.UTC(2026, 1, 1) + d * DAY)).some((b) => b > 0.6),
    )
    if (!inlet) throw new Error('some district has a burst in ten months')
    const nights = Array.from({ length: 300 }, (_, d) => Date.UTC(2026, 1, 1, 3) + d * DAY)
    const night = (wet: boolean) =>
      mean(
        nights
          .filter((t) => (wet ? burst(inlet, t) > 0.45 : burst(inlet, t) === 0))
          .map((t) => models.water.flow(inlet, t)),
      )
    expect(night(true)).toBeGreaterThan(1.2 * night(false))
    expect(nights.filter((t) => burst(inlet, t) > 0).length).toBeLessThan(150)
  })
  test('flow has no jumps: from one minute to the next it changes by less than two in a hundred', () => {
    for (let m = 0; m < 1440; m++) {
      const [a, b] = [inflow(MONDAY + m * MINUTE), inflow(MONDAY + (m + 1) * MINUTE)]
      expect(Math.abs(b - a) / a).toBeLessThan(0.02)
    }
  })
})

describe('drainage', () => {
  const [basin] = ['drain-ferry-slip']
  const at = (ms: number) => models.drainage.flow(world.things.find((t) => t.key === basin) as SimThing, ms)
  const quarters = Array.from({ length: 365 * 96 }, (_, q) => Date.UTC(2026, 0, 1) + q * 15 * MINUTE)
  const wettest = () => quarters.reduce((best, t) => (models.weather(t).rain > models.weather(best).rain ? t : best))
  test('runs with the rain and falls off by e within the lag once it is over', () => {
    const storm = wettest()
    const thing = world.things.find((t) => t.key === basin) as SimThing
    const dry = number(thing, 'catchmentHa') * 0.02 * 60
    expect(at(storm + 15 * MINUTE)).toBeGreaterThan(20 * dry)
    const after = quarters.find(
      (t) => t > storm && [0, 1, 2, 3].every((k) => models.weather(t + k * 15 * MINUTE).rain === 0),
    )
    if (after === undefined) throw new Error('rain ends')
    const lag = (12 + 3 * Math.sqrt(number(thing, 'catchmentHa'))) * MINUTE
    expect((at(after + lag / 2) - dry) / (at(after) - dry)).toBeCloseTo(Math.exp(-0.5), 2)
  })
  test('what runs off in a year is the rain times catchment times coefficient, plus seepage', () => {
    const thing = world.things.find((t) => t.key === basin) as SimThing
    const cubicMetres = quarters.reduce((total, t) => total + (at(t + 7.5 * MINUTE) * 15) / 1000, 0)
    const rain = quarters.reduce((total, t) => total + models.weather(t).rain / 4, 0)
    const seeped = (number(thing, 'catchmentHa') * 0.02 * 86_400 * 365) / 1000
    const expected = rain * number(thing, 'catchmentHa') * 10 * number(thing, 'runoffCoefficient') + seeped
    expect(cubicMetres / expected).toBeCloseTo(1, 1)
  })
  test('basins without an instrument say nothing', () => {
    const silent = of('drain_basin').filter((t) => t.attributes['monitored'] === 'false')
    expect(silent).toHaveLength(4)
    for (const t of silent) expect(models.read(t, MONDAY, 60)).toBeUndefined()
  })
})
