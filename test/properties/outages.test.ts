import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outages } from '#api/indicators/inputs/outages.ts'
import { localMidnight } from '#model/basics/period.ts'
import { addCity, addThing, observe, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Additivity: however a stretch of time is cut, interruptions, interrupted customers and customer minutes of its parts add up
 * to those of the whole; by local days and months too, across a change of the clock.
 */
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const START = Date.parse('2026-02-20T00:00:00Z')
const END = START + 60 * DAY_MS
const NOW = new Date(END + 100 * DAY_MS)
const ZONES = ['UTC', 'Europe/Lisbon', 'America/Havana', 'Atlantic/Azores', 'Pacific/Auckland', 'America/Santiago']

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
})
afterAll(() => db.close())

type Sums = { interruptions: number; interrupted: number; minutes: number; short: number }
const KEYS = ['interruptions', 'interrupted', 'minutes', 'short'] as const
const NOTHING: Sums = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }

/** Minutes to the next reading, from seconds of a flicker to many silent days, and the customers off then. */
const feeder = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: 3000 }), fc.integer({ min: 3000, max: 70_000 })),
    fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.integer({ min: 1, max: 500 }) }),
  ),
  { minLength: 1, maxLength: 40 },
)
/** Where the whole is cut: at an hour, or at a local midnight, as periods are. */
const cut = fc.oneof(
  fc.integer({ min: 1, max: 60 * 24 - 1 }).map((hour) => () => START + hour * 3_600_000),
  fc
    .integer({ min: 1, max: 58 })
    .map((day) => (zone: string) => Math.ceil(localMidnight([2026, 2, 20 + day], zone).getTime() / HOUR_MS) * HOUR_MS),
)

async function addFeeder(key: string, steps: readonly (readonly [number, number])[]): Promise<number> {
  const thing = { key, kind: 'feeder', domain: 'energy', attributes: { customers: 500 } }
  const [id = 0] = await addThing(db.pool, thing, [['customers_interrupted']])
  const rows: [Date, number][] = []
  let at = START
  for (const [minutes, off] of steps) {
    at += minutes * 60_000
    if (at < NOW.getTime()) rows.push([new Date(at), off])
  }
  await observe(db.pool, id, rows)
  return id
}

/** The same from the readings: customers off are steps, and an interruption belongs to the time at which it begins. */
function byHand(steps: readonly (readonly [number, number])[]): Sums {
  const sums = { ...NOTHING }
  let at = START
  let open: { since: number; off: number; interrupted: number; minutes: number } | undefined
  const close = (long: boolean) => {
    if (!open || open.since >= END) return
    if (!long) sums.short++
    else {
      sums.interruptions++
      sums.interrupted += open.interrupted
      sums.minutes += open.minutes
    }
  }
  for (const [minutes, off] of steps) {
    at += minutes * 60_000
    if (at >= NOW.getTime()) break
    if (open) {
      open.minutes += open.off * minutes
      open.interrupted += Math.max(0, off - open.off)
      open.off = off
    } else if (off > 0) open = { since: at, off, interrupted: off, minutes: 0 }
    if (open && off === 0) {
      close(at - open.since > 3 * 60_000)
      open = undefined
    }
  }
  close(true)
  return sums
}

let run = 0
test('interruptions of the parts add up to those of the whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(feeder, { minLength: 25, maxLength: 25 }),
      fc.array(cut, { minLength: 2, maxLength: 4 }),
      fc.constantFrom(...ZONES),
      async (feeders, cuts, timeZone) => {
        run++
        const ids = await Promise.all(feeders.map((steps, i) => addFeeder(`feeder-${run}-${i}`, steps)))
        await rollUp(db.pool)
        await db.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
        const sums = (from: number, to: number) =>
          outages(db.pool, ids, { from: new Date(from), to: new Date(to), count: (to - from) / HOUR_MS }, timeZone)
        const edges = [START, ...cuts.map((of) => of(timeZone)).toSorted((a, b) => a - b), END]
        const parts: ReadonlyMap<number, Sums>[] = []
        for (const [i, to] of edges.slice(1).entries()) parts.push(await sums(edges[i] ?? START, to))
        const whole = await sums(START, END)
        for (const id of ids) {
          const expected = whole.get(id) ?? NOTHING
          const own = feeders[ids.indexOf(id)] ?? []
          for (const key of KEYS) expect([key, expected[key]]).toEqual([key, expect.closeTo(byHand(own)[key], 4)])
          for (const key of KEYS) {
            const sum = parts.reduce((all, part) => all + (part.get(id) ?? NOTHING)[key], 0)
            expect(sum).toBeCloseTo(expected[key], 6)
          }
        }
      },
    ),
    { seed: 20261129, numRuns: 4 },
  )
})
