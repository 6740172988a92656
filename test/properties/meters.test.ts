/** What holds of every meter, whatever it does: through the real API and database. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consumptions } from '#api/indicators/inputs/counters.ts'
import { hoursOf } from '#api/measurements/hours.ts'
import { readMeters } from '#domain/meter/read-meters.ts'
import { requalify } from '#ingest/requalify/requalify.ts'
import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { countedIn } from '#model/meter/window.ts'
import { REASONS } from '#model/observation/quality.ts'
import { addThing, openTestApi, type TestApi } from '../db/api-fixture.ts'

let api: TestApi
const NOW = new Date('2026-11-01T00:00:00Z')
const ZONE = 'Europe/Lisbon'
/** A Sunday on which Lisbon's clock goes back: the second of three days with readings. */
const START = Date.parse('2026-10-23T23:00:00Z')
const DAYS = ['2026-10-24', '2026-10-25', '2026-10-26'] as const
const END = Date.parse('2026-10-27T00:00:00Z')
const MINUTE = 60_000

beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

type Reading = readonly [at: number, value: number]

/** Readings of a meter that only counts: a few to many hours apart, over three days. */
const rising = fc
  .record({
    start: fc.integer({ min: 2_000, max: 900_000 }),
    every: fc.constantFrom(15, 20, 60, 150),
    rate: fc.integer({ min: 1, max: 40 }),
    shares: fc.array(fc.integer({ min: 5, max: 20 }), { minLength: 24, maxLength: 24 }),
  })
  .map(({ start, every, rate, shares }) => {
    const readings: Reading[] = []
    let value = start
    for (let at = START - 3 * HOUR_MS; at < END + 3 * HOUR_MS; at += every * MINUTE) {
      readings.push([at, Math.round(value * 1000) / 1000])
      value += (rate * every * (shares[readings.length % 24] ?? 0)) / 10 / 60
    }
    return readings
  })

/** What happens to a meter: from `at` on (a share of its readings), or to the one there. */
type Fault = { readonly at: number; readonly kind: string; readonly by: number }
const fault = fc.record({
  at: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  kind: fc.constantFrom('zero', 'low', 'high', 'reset', 'replaced', 'step back', 'silence'),
  by: fc.double({ min: 0.05, max: 0.9, noNaN: true }),
})
const faulty = fc
  .tuple(rising, fc.array(fault, { minLength: 1, maxLength: 3 }))
  .map(([readings, faults]) => faults.reduce((all, one) => withFault(all, one), readings))

function withFault(readings: readonly Reading[], { at, kind, by }: Fault): Reading[] {
  const place = Math.floor(at * readings.length)
  const base = readings[place]?.[1] ?? 0
  const single: Record<string, number> = { zero: 0, low: base * by, high: base * (1 + 9 * by) }
  const shift: Record<string, number> = { reset: -base, replaced: base * by - base, 'step back': -0.01 * by * base }
  if (kind === 'silence') return readings.filter((_, i) => i < place || i > place + 6)
  return readings.map(([time, value], i) => {
    if (i === place && kind in single) return [time, single[kind] ?? value]
    // no register shows less than zero
    return [time, i >= place && kind in shift ? Math.max(0, value + (shift[kind] ?? 0)) : value]
  })
}

async function store(readings: readonly Reading[]): Promise<number> {
  const key = `meter-${crypto.randomUUID()}`
  const id = await addThing(api.pool, { key, domain: 'energy' }, 'energy')
  await insert(id, readings)
  return id
}
const insert = (id: number, readings: readonly Reading[]) =>
  api.pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, t, r, 1 from unnest($2::timestamptz[], $3::float8[]) as o (t, r)`,
    [id, readings.map(([at]) => new Date(at)), readings.map(([, value]) => value)],
  )

async function series(id: number, every: string): Promise<number> {
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString())
  const url = `/api/v1/datastreams/${id}/observations?from=${iso(START)}&to=${iso(END)}&every=${every}`
  const { buckets } = (await api.app.inject({ url })).json()
  return buckets.reduce((sum: number, { total }: { total: number | null }) => sum + (total ?? 0), 0)
}
async function everyBucketPlaysBack(id: number, every: string, property = 'energy'): Promise<void> {
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString())
  const window = `from=${iso(START)}&to=${iso(END)}&every=${every}`
  const { buckets } = (await api.app.inject(`/api/v1/datastreams/${id}/observations?${window}`)).json()
  const { streams } = (await api.app.inject(`/api/v1/history?property=${property}&${window}`)).json()
  const played = streams.find(({ datastream }: { datastream: number }) => datastream === id)
  // playback has six digits
  const six = (value: number | null) => (value === null ? null : Number(value.toPrecision(6)))
  expect(played.total).toEqual(buckets.map(({ total }: { total: number | null }) => six(total)))
  expect(played.n).toEqual(buckets.map(({ n }: { n: number }) => n))
  expect(new Set(played.mean)).toEqual(new Set([null]))
}
async function indicator(id: number, label: string): Promise<number> {
  const period = parsePeriod(label, ZONE, NOW)
  const read = (await consumptions(api.pool, [id], hoursOf(period, NOW, ZONE), ZONE)).get(id)
  return read ? read.closing - read.opening + read.correction : 0
}
const between = async (id: number, from: number, to: number): Promise<number> => {
  const read = (await readMeters(api.pool, [id], [from, to])).get(id)
  return (read && countedIn(read, from, to)) ?? 0
}

test('one wrong reading among rising ones changes nothing', async () => {
  const wrong = fc.record({
    place: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    factor: fc.double({ min: 0, max: 20, noNaN: true }),
  })
  await fc.assert(
    fc.asyncProperty(rising, wrong, async (readings, { place, factor }) => {
      const i = Math.floor(place * readings.length)
      const [before = [0, 0], after = [0, 0]] = [readings[i], readings[i + 1]]
      const value = before[1] * factor
      fc.pre(value < before[1] || value > after[1])
      const outlier: Reading = [Math.round((before[0] + after[0]) / 2), value]
      const [clean, disturbed] = [await store(readings), await store([...readings, outlier])]
      for (const every of ['1h', '1d'])
        expect(await series(disturbed, every)).toBeCloseTo(await series(clean, every), 6)
      expect(await indicator(disturbed, DAYS[1])).toBeCloseTo(await indicator(clean, DAYS[1]), 6)
    }),
    { seed: 10, numRuns: 8 },
  )
})

test('one truth and additivity: hours, days, indicators of days and of the month give the same amount', async () => {
  await fc.assert(
    fc.asyncProperty(faulty, async (readings) => {
      const id = await store(readings.filter(([at]) => at >= START && at <= END))
      const whole = await series(id, '1d')
      expect(await series(id, '1h')).toBeCloseTo(whole, 6)
      expect(await series(id, '6h')).toBeCloseTo(whole, 6)
      let days = 0
      for (const day of DAYS) days += await indicator(id, day)
      expect(days).toBeCloseTo(whole, 6)
      expect(await indicator(id, '2026-10')).toBeCloseTo(whole, 6)
      for (const every of ['1h', '6h', '1d']) await everyBucketPlaysBack(id, every)
    }),
    { seed: 11, numRuns: 8 },
  )
})

test('additivity: parts between any quarters of an hour add up to the whole', async () => {
  const quarter = fc.integer({ min: 0, max: (END - START) / (15 * MINUTE) }).map((n) => START + n * 15 * MINUTE)
  await fc.assert(
    fc.asyncProperty(faulty, fc.array(quarter, { minLength: 1, maxLength: 4 }), async (readings, cuts) => {
      const id = await store(readings)
      const edges = [START, ...cuts.toSorted((a, b) => a - b), END]
      let sum = 0
      for (const [i, to] of edges.slice(1).entries()) sum += await between(id, edges[i] ?? 0, to)
      expect(sum).toBeCloseTo(await between(id, START, END), 6)
    }),
    { seed: 12, numRuns: 8 },
  )
})

test('order, batches, late data and re-evaluation change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(faulty, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), async (readings, seeds) => {
      const expected = await store(readings)
      const [amount, first] = [await between(expected, START, END), await between(expected, START, START + DAY_MS)]
      const key = readings.map((reading, i) => [((seeds[i % 5] ?? 0) * (i + 7)) % 101, reading] as const)
      const shuffled = key.toSorted(([a], [b]) => a - b).map(([, reading]) => reading)
      const half = Math.floor(shuffled.length / 2)
      const id = await store(shuffled.slice(0, half))
      await requalify({ pool: api.pool, window: { fromMs: START, toMs: END }, property: 'energy' })
      await insert(id, shuffled.slice(half))
      expect(await between(id, START, END)).toBeCloseTo(amount, 6)
      await requalify({ pool: api.pool, window: { fromMs: START - DAY_MS, toMs: END + DAY_MS }, property: 'energy' })
      for (const meter of [id, expected]) {
        expect(await between(meter, START, END)).toBeCloseTo(amount, 6)
        expect(await between(meter, START, START + DAY_MS)).toBeCloseTo(first, 6)
      }
      await api.pool.query('delete from observation')
    }),
    { seed: 13, numRuns: 5 },
  )
})

test('a meter that runs backwards counts what it went back, from any reading down to zero and at any pace', async () => {
  const back = fc.record({
    start: fc.double({ min: 0.5, max: 6000, noNaN: true }),
    every: fc.constantFrom(15, 60),
    steps: fc.array(fc.integer({ min: 5, max: 20 }), { minLength: 4, maxLength: 20 }),
    share: fc.double({ min: 0.2, max: 1, noNaN: true }),
  })
  await fc.assert(
    fc.asyncProperty(back, async ({ start, every, steps, share }) => {
      const whole = steps.reduce((sum, step) => sum + step, 0)
      // no more than 10 kW of sun
      const per = Math.min(start * share, (10 * every * steps.length) / 60) / whole
      const readings: Reading[] = [[START, start]]
      for (const step of steps)
        readings.push([START + readings.length * every * MINUTE, Math.max(0, (readings.at(-1)?.[1] ?? 0) - step * per)])
      const id = await store(readings)
      expect(await series(id, '1d')).toBeCloseTo((readings.at(-1)?.[1] ?? 0) - start, 6)
    }),
    { seed: 14, numRuns: 12 },
  )
})

test('a meter replaced by one of a higher reading, and that by one of a lower, counts what each of them counted', {
  timeout: 120_000,
}, async () => {
  const meters = fc.record({
    start: fc.integer({ min: 2_300, max: 900_000 }),
    up: fc.double({ min: 0.2, max: 2.2, noNaN: true }),
    down: fc.double({ min: 0.02, max: 0.6, noNaN: true }),
    perHour: fc.integer({ min: 1, max: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(meters, async ({ start, up, down, perHour }) => {
      const starts = [start, Math.round(start * (1 + up)) + 3000, Math.round(start * down)]
      const readings: Reading[] = starts.flatMap((from, k) =>
        Array.from({ length: 25 }, (_, i): Reading => {
          return [START + HOUR_MS + (k * 25 + i) * 15 * MINUTE, from + (i * perHour) / 4]
        }),
      )
      const id = await store(readings)
      expect(await series(id, '1d')).toBeCloseTo(starts.length * 6 * perHour, 6)
      expect(await series(id, '1h')).toBeCloseTo(starts.length * 6 * perHour, 6)
    }),
    { seed: 15, numRuns: 12 },
  )
})

test('meters whose replacements are recorded count what all of them counted, however many there were between two readings', {
  timeout: 120_000,
}, async () => {
  const meters = fc.record({
    lives: fc.array(fc.record({ hours: fc.integer({ min: 1, max: 20 }), start: fc.integer({ min: 0, max: 90_000 }) }), {
      minLength: 2,
      maxLength: 6,
    }),
    every: fc.integer({ min: 1, max: 30 }),
    perHour: fc.integer({ min: 1, max: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(meters, async ({ lives, every, perHour }) => {
      const readings: Reading[] = []
      const replaced: { at: number; finalReading: number; startReading: number }[] = []
      let hour = 0
      for (const [i, { hours, start }] of lives.entries()) {
        const before = lives[i - 1]
        if (before)
          replaced.push({
            at: START + hour * HOUR_MS,
            finalReading: before.start + before.hours * perHour,
            startReading: start,
          })
        for (let own = 0; own < hours; own += 1, hour += 1)
          if (hour % every === 0) readings.push([START + hour * HOUR_MS, start + own * perHour])
      }
      fc.pre(readings.length > 1)
      const id = await store(readings)
      for (const { at, finalReading, startReading } of replaced)
        await api.pool.query(
          `insert into meter_replacement (thing_id, property, channel, replaced_at, final_reading, start_reading, note)
           select thing_id, 'energy', '', $2, $3, $4, '' from datastream where id = $1`,
          [id, new Date(at), finalReading, startReading],
        )
      const [first = [0, 0], last = [0, 0]] = [readings[0], readings.at(-1)]
      expect(await between(id, first[0] - 1, last[0])).toBeCloseTo(((last[0] - first[0]) / HOUR_MS) * perHour, 6)
    }),
    { seed: 17, numRuns: 25 },
  )
})

/** Whatever unit a device turns to: (register, factor) of a year ago and of today; and back. */
const UNITS_OF = [
  ['energy', 1000],
  ['energy', 1 / 3.6e-3],
  ['water_volume', 1000],
  ['gas_volume', 1 / 0.3048 ** 3],
] as const

test('a change of unit, and a change back, count nothing: in every window, series, playback and indicator', {
  timeout: 240_000,
}, async () => {
  const changing = fc.record({
    unit: fc.constantFrom(...UNITS_OF),
    isDown: fc.boolean(),
    start: fc.integer({ min: 150, max: 90_000 }),
    rate: fc.double({ min: 0.05, max: 1.5, noNaN: true }),
    shares: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 24, maxLength: 24 }),
    // hours after the beginning: long before the days that are looked at, on one of them, or a day or two before
    change: fc.oneof(fc.integer({ min: 30, max: 700 }), fc.integer({ min: 1000, max: 1058 })),
    back: fc.option(fc.integer({ min: 30, max: 400 }), { nil: undefined }),
  })
  await fc.assert(
    fc.asyncProperty(changing, async ({ unit: [property, by], isDown, start, rate, shares, change, back }) => {
      const factor = isDown ? 1 / by : by
      const truth: Reading[] = []
      const sent: Reading[] = []
      const begin = START - 1000 * HOUR_MS
      let value = start
      for (let i = 0; begin + i * HOUR_MS <= END + 30 * HOUR_MS; i++) {
        const isAway = i >= change && (back === undefined || i < change + back)
        truth.push([begin + i * HOUR_MS, value])
        sent.push([begin + i * HOUR_MS, isAway ? value * factor : value])
        value += (rate * (shares[i % 24] ?? 0)) / 10
      }
      const key = `unit-${crypto.randomUUID()}`
      const id = await addThing(api.pool, { key, domain: 'energy' }, property)
      await insert(id, sent)
      const trueAt = (at: number): number => truth.findLast(([time]) => time <= at)?.[1] ?? 0
      const whole = trueAt(END) - trueAt(START)
      for (const every of ['1h', '1d']) expect(await series(id, every)).toBeCloseTo(whole, 4)
      // six hours are of UTC, and touch the window
      expect(await series(id, '6h')).toBeCloseTo(trueAt(END) - trueAt(Date.parse('2026-10-23T18:00:00Z')), 4)
      for (const every of ['1h', '6h', '1d']) await everyBucketPlaysBack(id, every, property)
      let days = 0
      for (const day of DAYS) days += await indicator(id, day)
      expect(days).toBeCloseTo(whole, 4)
      expect(await between(id, begin, END)).toBeCloseTo(trueAt(END) - start, 4)
      const month = Date.parse('2026-09-30T23:00:00Z')
      expect(await indicator(id, '2026-10')).toBeCloseTo(trueAt(Date.parse('2026-11-01T00:00:00Z')) - trueAt(month), 4)
      await requalify({ pool: api.pool, window: { fromMs: begin, toMs: END }, property })
      expect(await between(id, START, END)).toBeCloseTo(whole, 4)
      const doubted = 'select count(*)::int as n from observation where reasons & $1 <> 0'
      expect((await api.pool.query(doubted, [REASONS.spike])).rows).toEqual([{ n: 0 }])
      await api.pool.query('delete from observation')
    }),
    { seed: 16, numRuns: 10, endOnFailure: true },
  )
})
