/**
 * A year, its months and its days, where calendars are hard: what the parts have adds up to what the whole has, and hours lie in
 * the day, the evening or the night of the clock. Readings around both ends of the year, 29 February and every change of the
 * clock; the expected numbers are counted here from the readings, by ECMAScript Temporal.
 */
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consumptions } from '#api/indicators/inputs/counters.ts'
import { outages } from '#api/indicators/inputs/outages.ts'
import { soundPeriods } from '#api/indicators/inputs/sound.ts'
import { hoursOf } from '#api/measurements/hours.ts'
import { peakMeans, periodMeans } from '#api/measurements/means.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { addCity, addThing, observe, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

const CASES = [
  ['Pacific/Kiritimati', 2024],
  ['Pacific/Pago_Pago', 2024],
  ['Pacific/Apia', 2011],
  ['Antarctica/Troll', 2024],
  ['Africa/Casablanca', 2024],
  ['Australia/Lord_Howe', 2024],
  ['Asia/Kathmandu', 2024],
  ['America/St_Johns', 2024],
  ['America/Santiago', 2024],
] as const
const NOW = new Date('2026-11-01T00:00:00Z')
const STEP_MS = 1_200_000
const VIEWS = ['observation_daily', 'sound_daily', 'meter_hourly', 'meter_daily'] as const

type Reading = {
  readonly ms: number
  readonly date: string
  readonly hour: number
  readonly weekday: number
  readonly share: number
}
let db: TestDatabase
const streams = new Map<
  string,
  { ids: Record<'sound' | 'air' | 'energy' | 'off', number>; readings: readonly Reading[] }
>()

/** Three days around each hard instant, a reading every twenty minutes, a third of them lost. */
function readingsOf(timeZone: string, year: number, keep: readonly number[]): Reading[] {
  const midnight = (date: string): number =>
    Temporal.PlainDate.from(date).toZonedDateTime({ timeZone }).epochMilliseconds
  const hard = [midnight(`${year}-01-01`), midnight(`${year}-03-01`), midnight(`${year + 1}-01-01`)]
  const start = Temporal.PlainDate.from(`${year}-01-02`).toZonedDateTime({ timeZone })
  for (let at = start.getTimeZoneTransition('next'); at && at.year === year; at = at.getTimeZoneTransition('next'))
    hard.push(at.epochMilliseconds)
  const times = new Set<number>()
  for (const at of hard)
    for (let ms = Math.ceil((at - 36 * 3_600_000) / STEP_MS) * STEP_MS; ms < at + 36 * 3_600_000; ms += STEP_MS)
      times.add(ms + 1)
  return [...times]
    .sort((a, b) => a - b)
    .flatMap((ms, i) => {
      const share = keep[i % keep.length] ?? 0
      if (share % 3 === 0) return []
      const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
      return [{ ms, date: local.toPlainDate().toString(), hour: local.hour, weekday: local.dayOfWeek, share }]
    })
}

beforeAll(async () => {
  db = await openTestDatabase()
  // a clock with quarters while everything is stored and rolled up
  await addCity(db.pool, { timeZone: 'Asia/Kolkata' })
  for (const [seed, [timeZone, year]] of CASES.entries()) {
    const [keep = []] = fc.sample(fc.array(fc.integer({ min: 1, max: 299 }), { minLength: 97, maxLength: 97 }), {
      seed,
      numRuns: 1,
    })
    const readings = readingsOf(timeZone, year, keep)
    const [sound = 0, air = 0, energy = 0, off = 0] = await addThing(
      db.pool,
      { key: timeZone.replace('/', '-'), kind: 'feeder' },
      [['sound_level'], ['travel_time'], ['energy'], ['customers_interrupted']],
    )
    streams.set(timeZone, { ids: { sound, air, energy, off }, readings })
    let kwh = 5000
    const meter = readings.map(({ ms, share }): [Date, number] => {
      kwh += share / 100
      return [new Date(ms), kwh]
    })
    const store = (id: number, of: (reading: Reading) => number) =>
      observe(
        db.pool,
        id,
        readings.map((reading) => [new Date(reading.ms), of(reading)]),
      )
    await store(sound, ({ share }) => 30 + (share % 50))
    await store(air, ({ share }) => share)
    await observe(db.pool, energy, meter)
    await store(off, ({ share }) => (share % 4 === 1 ? share : 0))
  }
  await rollUp(db.pool)
  for (const view of VIEWS) await db.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
}, 240_000)
afterAll(() => db.close())

const PEAK = [7, 8, 16, 17]
const partOf = (hour: number): 'day' | 'evening' | 'night' =>
  hour >= 7 && hour < 19 ? 'day' : hour >= 19 && hour < 23 ? 'evening' : 'night'

test.each(CASES)('%s, %d: days and months add up to the year, by the hours of the clock', async (timeZone, year) => {
  await db.pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', to_jsonb($1::text))`, [timeZone])
  const { ids, readings } = streams.get(timeZone) ?? { ids: { sound: 0, air: 0, energy: 0, off: 0 }, readings: [] }
  const figures = async (label: string) => {
    const hours = hoursOf(parsePeriod(label, timeZone, NOW), NOW, timeZone)
    const read = (await consumptions(db.pool, [ids.energy], hours, timeZone)).get(ids.energy)
    const out = (await outages(db.pool, [ids.off], hours, timeZone)).get(ids.off)
    const mean = (await periodMeans(db.pool, [ids.air], hours)).get(ids.air)
    const peak = await peakMeans(db.pool, [ids.air], hours, timeZone, PEAK)
    const own = peak.means.get(ids.air)
    const sound = (await soundPeriods(db.pool, [ids.sound], hours, timeZone)).get(ids.sound)
    return {
      ...{ hours: hours.count, kwh: read ? read.closing - read.opening + read.correction : 0 },
      ...{ interrupted: out?.interrupted ?? 0, minutes: out?.minutes ?? 0 },
      ...{ n: mean?.n ?? 0, heard: mean?.hours ?? 0, sum: (mean?.mean ?? 0) * (mean?.hours ?? 0) },
      ...{ peakHours: peak.expected, peakHeard: own?.hours ?? 0, peakSum: (own?.mean ?? 0) * (own?.hours ?? 0) },
      ...{ soundHours: sound?.hours ?? 0, soundN: sound?.n ?? 0 },
    }
  }
  const whole = await figures(String(year))
  const sumOf = (parts: readonly (typeof whole)[]) =>
    Object.fromEntries(
      Object.keys(whole).map((key) => [
        key,
        expect.closeTo(
          parts.reduce((sum, part) => sum + part[key as keyof typeof whole], 0),
          5,
        ),
      ]),
    )
  const months = []
  for (let month = 1; month <= 12; month += 1) months.push(await figures(`${year}-${String(month).padStart(2, '0')}`))
  expect(whole).toEqual(sumOf(months))
  const days = []
  for (const day of new Set(readings.map(({ date }) => date)))
    if (day.startsWith(String(year))) days.push(await figures(day))
  const { hours: _, peakHours: __, ...measured } = sumOf(days)
  expect(whole).toMatchObject(measured)

  // by hand: hours of the clock, of which an hour that comes twice is two
  const inYear = readings.filter(({ date }) => date.startsWith(`${year}-`))
  const byHour = Map.groupBy(inYear, ({ ms, date, hour }) => {
    const { offset } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
    return `${date} ${hour} ${offset}`
  })
  const means = [...byHour.values()].map((own) => ({
    ...(own[0] as Reading),
    mean: own.reduce((sum, { share }) => sum + share, 0) / own.length,
  }))
  const peaks = means.filter(({ hour, weekday }) => weekday < 6 && PEAK.includes(hour))
  const total = (of: readonly { mean: number }[]): number => of.reduce((sum, { mean }) => sum + mean, 0)
  expect(whole).toMatchObject({
    ...{ n: inYear.length, heard: means.length, sum: expect.closeTo(total(means), 5) },
    ...{
      peakHeard: peaks.length,
      peakSum: expect.closeTo(total(peaks), 5),
      soundHours: means.length,
      soundN: inYear.length,
    },
  })
  const sound = (
    await soundPeriods(db.pool, [ids.sound], hoursOf(parsePeriod(String(year), timeZone, NOW), NOW, timeZone), timeZone)
  ).get(ids.sound)
  for (const part of ['day', 'evening', 'night'] as const) {
    const energies = [...byHour.values()].flatMap((own) => {
      if (partOf(own[0]?.hour ?? 0) !== part) return []
      return own.reduce((sum, { share }) => sum + 10 ** ((30 + (share % 50)) / 10), 0) / own.length
    })
    const expected = energies.reduce((sum, energy) => sum + energy, 0) / energies.length
    expect((sound?.[part] ?? 0) / expected, part).toBeCloseTo(1, 9)
  }
})
