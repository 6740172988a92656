/**
 * Days of a meter where the clock is off UTC by part of an hour. One kWh an hour, so a day of 24 hours has 24 kWh; the first
 * bucket of a window once took its opening reading from an hour that ends after the window begins.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consumptions } from '#api/indicators/inputs/counters.ts'
import { hoursOf } from '#api/measurements/hours.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { localMidnight, parsePeriod } from '#model/basics/period.ts'
import { addObservations, addThing, openTestApi, type TestApi } from '../db/api-fixture.ts'

const HOUR_MINUTES = 60
const iso = (ms: number): string => new Date(ms).toISOString()

let api: TestApi
/** The API remembers the city's zone for a while: each test is a day later. */
let now = Date.parse('2026-11-01T12:00:00Z')
beforeAll(async () => {
  api = await openTestApi({ clock: () => new Date(now) })
})
afterAll(() => api.close())

test.each([
  ['Asia/Kolkata', 24],
  ['Asia/Kathmandu', 24],
  // its clock went forward on 4 October 2026, at 2:00 local time (IANA tz database)
  ['Australia/Adelaide', 23],
  ['America/St_Johns', 24],
  ['Europe/Lisbon', 24],
])('%s: the first day of a window has %d kWh', async (zone, hours) => {
  now += 24 * HOUR_MS
  await api.pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', to_jsonb($1::text))`, [zone])
  const from = localMidnight([2026, 10, 4], zone).getTime()
  const to = localMidnight([2026, 10, 6], zone).getTime()
  for (const past of [0, 10]) {
    const id = await addThing(
      api.pool,
      { key: `${zone.replace('/', '-')}-${past}`, domain: 'energy', interval: 900 },
      'energy',
    )
    // a reading every quarter of an hour, on it and 10 minutes after it, since the day before
    const first = from - 30 * HOUR_MS + (past * HOUR_MS) / HOUR_MINUTES
    const readings = Array.from({ length: 4 * 90 }, (_, i) => [iso(first + (i * HOUR_MS) / 4), 1000 + i / 4] as const)
    await addObservations(api.pool, id, readings)
    const url = `/api/v1/datastreams/${id}/observations?from=${iso(from)}&to=${iso(to)}&every=1d`
    const { buckets } = (await api.app.inject({ url })).json()
    expect(buckets.map(({ total }: { total: number }) => total)).toEqual([hours, 24])
    const period = parsePeriod('2026-10-04', zone, new Date(now))
    const read = (await consumptions(api.pool, [id], hoursOf(period, new Date(now), zone), zone)).get(id)
    expect(read).toMatchObject({ correction: 0, resets: 0, span: hours })
    expect((read?.closing ?? 0) - (read?.opening ?? 0)).toBeCloseTo(hours, 9)
  }
})
