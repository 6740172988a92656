import { afterAll, beforeAll, expect, test } from 'vitest'
import { exceedances } from '#api/air-quality/exceedances.ts'
import { consumptions } from '#api/indicators/inputs/counters.ts'
import { hoursOf } from '#api/measurements/hours.ts'
import { periodMeans } from '#api/measurements/means.ts'
import { loadRegistrySnapshot } from '#api/measurements/registry-snapshot.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, addZone, hourly, observe, rollUp } from './indicators-fixture.ts'

/** Long periods are read from daily rows, with hours at the edges: they must give what all hours give. */
let db: TestDatabase
const zone = 'America/New_York'
// March 2026 in New York: from 05:00 UTC of the 1st to 04:00 UTC of 1 April; the clock goes forward on the 8th.
const now = new Date('2026-05-01T00:00:00Z')
const hours = hoursOf(parsePeriod('2026-03', zone, now), now, zone)
let air: number
let meter: number

beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool, { timeZone: zone })
  const zoneId = await addZone(db.pool, 'a', 1000)
  const [a, ozone] = await addThing(db.pool, { key: 'air', kind: 'air_station', zoneId }, [['pm2_5'], ['o3']])
  const [m] = await addThing(db.pool, { key: 'feeder', kind: 'feeder', domain: 'energy' }, [['energy']])
  air = a as number
  meter = m as number
  const around = hourly('2026-02-27T00:00:00Z', 36 * 24)
  const inside = (time: Date): boolean => time >= hours.from && time < hours.to
  await observe(
    db.pool,
    air,
    around.map((time) => [time, inside(time) ? 10 : 1000]),
  )
  // A second reading in one hour: means are over hours, so 70 and 10 give 40 for it, and 10 + 30 / 743 for the month.
  await observe(db.pool, air, [['2026-03-10T12:30:00Z', 70]])
  // Ozone: 120 for eight hours of each day, else 40: an 8-hour mean of 120 every day, while the day's mean is 67.
  await observe(
    db.pool,
    ozone,
    around.map((time) => [time, time.getUTCHours() >= 12 && time.getUTCHours() < 20 ? 120 : 40]),
  )
  // 3 kWh an hour, and on the 12th at 09:00 a new meter that begins at zero.
  const swap = Date.parse('2026-03-12T09:00:00Z')
  await observe(
    db.pool,
    meter,
    around.map((time, i) => [time, time.getTime() < swap ? 5000 + 3 * i : (3 * (time.getTime() - swap)) / 3_600_000]),
  )
  await rollUp(db.pool)
  await db.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
})
afterAll(() => db.close())

test('a month in which the clock goes forward has 743 hours; none of its neighbours is in its mean', async () => {
  expect(hours.count).toBe(743)
  const mean = (await periodMeans(db.pool, [air], hours)).get(air)
  expect(mean?.mean).toBeCloseTo(10 + 30 / 743, 9)
  expect(mean).toMatchObject({ hours: 743, n: 744, good: 744 })
})

test('a meter that was changed on a day in the middle loses the one hour that nobody read', async () => {
  const read = (await consumptions(db.pool, [meter], hours, zone)).get(meter)
  // From the reading in the hour before to that of the last hour: 743 hours of 3 kWh, less the hour of the change.
  expect(read).toMatchObject({ span: 743, resets: 1, hours: 743 })
  expect((read?.closing ?? 0) - (read?.opening ?? 0) + (read?.correction ?? 0)).toBeCloseTo(3 * 742, 6)
})

test('WHO levels: 31 days of ozone above 100 by the highest 8-hour mean, none of PM2.5 above 15; a month has no verdict', async () => {
  const registry = await loadRegistrySnapshot(db.pool, { end: hours.to, current: true }, hours.from)
  const places = await exceedances(db.pool, registry as NonNullable<typeof registry>, hours)
  expect(places.map(({ level, key, pollutant }) => `${level} ${key} ${pollutant}`)).toEqual([
    'city  pm2_5',
    'zone a pm2_5',
    'thing air pm2_5',
    'city  o3',
    'zone a o3',
    'thing air o3',
  ])
  const dayRule = (pollutant: string) =>
    places.find((place) => place.pollutant === pollutant)?.verdicts.find(({ rule }) => rule === 'day')
  expect(dayRule('o3')).toMatchObject({ days: 31, daysAbove: 31, value: 120, exceeded: null, reached: null })
  // whole UTC days inside the local month
  expect(dayRule('pm2_5')).toMatchObject({ days: 30, daysAbove: 0 })
})
