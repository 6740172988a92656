import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { historyMessage } from '#simulators/history.ts'
import { createModels, type Models } from '#simulators/physics/readings.ts'
import { readWorld, type SimThing, turnOf, type World } from '#simulators/world/world.ts'

const DEMO = join(import.meta.dirname, '../../../simulators/cities/demo')
const MINUTE = 60_000
const DAY = 1440 * MINUTE
const YEAR = Date.UTC(2026, 0, 1)
const END = YEAR + 365 * DAY

let world: World
let models: Models
let feeders: readonly SimThing[]
beforeAll(async () => {
  world = await readWorld(DEMO)
  models = createModels(world)
  feeders = world.things.filter((t) => t.kind === 'feeder')
})
const customers = (t: SimThing) => Number(t.attributes['customers'])

/** Steps of each feeder over the year, from its changes alone, as a control room would log them. */
const logOf = (feeder: SimThing) =>
  models.supply.changes(feeder, YEAR, END).map((at) => ({ at, off: models.supply.off(feeder, at) }))

describe('interruptions', () => {
  test('a customer is cut off about once a year for about an hour; a quarter of all faults is short', () => {
    let [interrupted, minutes, short, long] = [0, 0, 0, 0]
    for (const feeder of feeders) {
      const log = logOf(feeder)
      for (const [i, { at, off }] of log.entries()) {
        const begins = off > 0 && (log[i - 1]?.off ?? 0) === 0
        if (!begins) continue
        const end = log.findIndex((step, k) => k > i && step.off === 0)
        const steps = log.slice(i, end)
        if ((log[end]?.at ?? 0) - at <= 3 * MINUTE) short++
        else {
          long++
          interrupted += off
          minutes += steps.reduce(
            (sum, step, k) => sum + (step.off * ((log[i + k + 1]?.at ?? 0) - step.at)) / MINUTE,
            0,
          )
        }
      }
    }
    const served = feeders.reduce((sum, t) => sum + customers(t), 0)
    // by hand: 16 feeders, 365 days, 1.2 % times 1.3 for wind, of which three in four last: some 68 of a quarter of the customers
    expect(long).toBeGreaterThan(40)
    expect(long).toBeLessThan(110)
    expect(short).toBeGreaterThan(8)
    expect(interrupted / served).toBeGreaterThan(0.6)
    expect(interrupted / served).toBeLessThan(2)
    // by hand: 30 minutes for all of them and 0.4 of 75 to 90 more: 60 to 70
    expect(minutes / interrupted).toBeGreaterThan(50)
    expect(minutes / interrupted).toBeLessThan(90)
  })
  test('begin and end in the second in which the feeder speaks, so that live readings miss none', () => {
    for (const feeder of feeders)
      for (const { at, off } of logOf(feeder)) {
        expect((at / 1000) % 60).toBe(turnOf(feeder))
        expect(models.read(feeder, at, 60)?.values['customers_interrupted']).toBe(off)
      }
  })
  test('are in the history of their day at their own instants', () => {
    const feeder = feeders.find((t) => logOf(t).length > 0)
    const [first] = feeder ? logOf(feeder) : []
    if (!feeder || !first) throw new Error('some feeder fails within a year')
    const from = Math.floor(first.at / DAY) * DAY
    const rows = JSON.parse(historyMessage(models, feeder, undefined, from, from + DAY)?.payload ?? '[]') as {
      time: string
      customers_interrupted: number
    }[]
    expect(rows.find(({ time }) => Date.parse(time) === first.at)?.customers_interrupted).toBe(first.off)
    expect(rows.length).toBeGreaterThan(96)
    expect(new Set(rows.map(({ time }) => time)).size).toBe(rows.length)
  })
  test('take power from the feeder by the share of customers, and the meter agrees', () => {
    const feeder = feeders.find((t) => models.supply.cuts(t, END).some(({ from, to }) => to - from > 20 * MINUTE))
    const cut = feeder && models.supply.cuts(feeder, END).find(({ from, to }) => to - from > 20 * MINUTE)
    if (!feeder || !cut) throw new Error('some interruption lasts')
    const before = models.energy.power(feeder, cut.from - 1000)
    expect(models.energy.power(feeder, cut.from + 1000) / before).toBeCloseTo(1 - cut.share, 2)
    let kWh = 0
    const minutes = (cut.to - cut.from) / MINUTE
    for (let m = 0; m < minutes; m++) kWh += models.energy.power(feeder, cut.from + (m + 0.5) * MINUTE) / 60_000
    const counted = models.energy.reading(feeder, cut.to) - models.energy.reading(feeder, cut.from)
    expect(counted / kWh).toBeCloseTo(1, 4)
  })
})
