/** A rain gauge that is set back to zero at each local midnight: through the real API and database, all rain counts once. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { localMidnight } from '#model/basics/period.ts'
import { addThing, openTestApi, type TestApi } from '../db/api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

/** In Lisbon; the clock goes back on the second of these days, which has 25 hours. */
const MIDNIGHTS = [24, 25, 26, 27, 28].map((day) => localMidnight([2026, 10, day], 'Europe/Lisbon').getTime())
const [START = 0, END = 0] = [MIDNIGHTS[0], MIDNIGHTS.at(-1)]
const TIP_MM = 0.2
/** Three readings of zero, and then the amount from before again, are a fault of any meter. */
const DRY_READINGS = 5

/** Showers of a day: when one begins, as a share of the day, and the tips of the bucket at each reading. */
const shower = fc.record({
  start: fc.double({ min: 0, max: 0.98, noNaN: true }),
  tips: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 30 }),
})
const histories = fc.record({
  days: fc.array(fc.array(shower, { maxLength: 3 }), { minLength: 4, maxLength: 4 }),
  stepMinutes: fc.constantFrom(10, 15, 20),
})

type History = { days: readonly (readonly { start: number; tips: readonly number[] }[])[]; stepMinutes: number }

function readingsOf({ days, stepMinutes }: History) {
  const readings: [at: Date, value: number][] = []
  const rain = days.map((showers, day) => {
    const [from = 0, to = 0] = [MIDNIGHTS[day], MIDNIGHTS[day + 1]]
    const count = (to - from) / (stepMinutes * MINUTE_MS)
    const tips = new Array<number>(count).fill(0)
    for (const { start, tips: own } of showers)
      for (const [i, n] of own.entries()) {
        const at = DRY_READINGS + Math.floor(start * count) + i
        // what the last reading of a day shows first is a peak of one reading
        if (at < count - 1) tips[at] = (tips[at] ?? 0) + n
      }
    let total = 0
    for (const [i, n] of tips.entries()) {
      total += n
      readings.push([new Date(from + i * stepMinutes * MINUTE_MS), Math.round(total * TIP_MM * 10) / 10])
    }
    return total * TIP_MM
  })
  return { readings: [...readings, [new Date(END), 0] as [Date, number]], rain }
}

async function store(readings: readonly [Date, number][]): Promise<number> {
  const id = await addThing(api.pool, { key: `gauge-${crypto.randomUUID()}`, domain: 'weather' }, 'precipitation_total')
  await api.pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, t, r, 1 from unnest($2::timestamptz[], $3::float8[]) as o (t, r)`,
    [id, readings.map(([at]) => at), readings.map(([, value]) => value)],
  )
  for (const view of ['observation_hourly', 'observation_daily', 'meter_hourly', 'meter_daily'])
    await api.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
  return id
}

async function totals(id: number, every: string): Promise<{ at: number; total: number }[]> {
  const [from, to] = [START, END].map((ms) => encodeURIComponent(new Date(ms).toISOString()))
  const url = `/api/v1/datastreams/${id}/observations?from=${from}&to=${to}&every=${every}`
  const { buckets } = (await api.app.inject({ url })).json()
  return buckets.map(({ time, total }: { time: string; total: number | null }) => ({
    at: Date.parse(time),
    total: total ?? 0,
  }))
}

test('all of it counts, on the day on which it fell, by days and by hours', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const { readings, rain } = readingsOf(history)
      const id = await store(readings)
      for (const every of ['1d', '1h']) {
        const buckets = await totals(id, every)
        for (const [day, mm] of rain.entries()) {
          const [from = 0, to = 0] = [MIDNIGHTS[day], MIDNIGHTS[day + 1]]
          const own = buckets.filter(({ at }) => at >= from && at < to)
          expect(
            own.reduce((sum, { total }) => sum + total, 0),
            `${every}, day ${day}`,
          ).toBeCloseTo(mm, 6)
        }
      }
    }),
    { seed: 20_261_201, numRuns: 12 },
  )
})

test('what no rain does stays out: readings of zero in between, and a fault far above', async () => {
  const filling = (i: number): number => Math.round((120 + Math.floor(i / 6) * TIP_MM) * 10) / 10
  for (const wrong of [0, 655.3]) {
    const readings = Array.from({ length: 48 }, (_, i): [Date, number] => [
      new Date(START + i * HOUR_MS),
      i >= 20 && i < 24 ? wrong : filling(i),
    ])
    const id = await store(readings)
    const sum = (await totals(id, '1h')).reduce((all, { total }) => all + total, 0)
    expect(sum).toBeCloseTo(filling(47) - filling(0), 6)
  }
})
