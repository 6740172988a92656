/**
 * Midnights are computed in this process and hours are counted in the database, and each has a copy of the IANA time zone
 * database of its own. One clock must hold for both: of a country that changed its rules after the older of the copies was made
 * (Morocco and British Columbia, release 2026c), and of a fixed offset, whose sign PostgreSQL reads the other way round (POSIX:
 * "+03:00" lies west of Greenwich).
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exceedances } from '#api/air-quality/exceedances.ts'
import { stationYears } from '#api/air-quality/station-years.ts'
import { consumptions } from '#api/indicators/inputs/counters.ts'
import { soundPeriods } from '#api/indicators/inputs/sound.ts'
import { hoursOf } from '#api/measurements/hours.ts'
import { peakMeans } from '#api/measurements/means.ts'
import { cityAt } from '#api/measurements/registry-at.ts'
import { loadRegistrySnapshot } from '#api/measurements/registry-snapshot.ts'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { levelOf } from '#model/observation/sound.ts'
import { addCity, addThing, addZone, asEver, observe, rollUp } from '#test/db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { city, pack, removePacks, zones } from '#test/unit/domain/packs.ts'

const root = join(import.meta.dirname, '..', '..')
const ZONES = [
  '+03:00',
  '-05:45',
  'Africa/Casablanca',
  'America/Vancouver',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Antarctica/Troll',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
]
const NOW = new Date('2027-03-01T00:00:00Z')
/** a Wednesday; two days of hours of the clock around it are stored */
const DAY = Temporal.PlainDate.from('2027-01-06')
const QUARTER_MS = 900_000

type Quarter = { readonly at: Date; readonly date: string; readonly hour: number }
function quartersOf(timeZone: string): Quarter[] {
  const from = DAY.subtract({ days: 2 }).toZonedDateTime({ timeZone }).epochMilliseconds
  const to = DAY.add({ days: 3 }).toZonedDateTime({ timeZone }).epochMilliseconds
  return Array.from({ length: (to - from) / QUARTER_MS }, (_, i) => {
    const local = Temporal.Instant.fromEpochMilliseconds(from + i * QUARTER_MS).toZonedDateTimeISO(timeZone)
    return { at: new Date(local.epochMilliseconds), date: local.toPlainDate().toString(), hour: local.hour }
  })
}

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())
afterEach(removePacks)

describe.each(ZONES)('%s', (timeZone) => {
  test('day, evening and night, peaks and days of ozone are those of the clock that has the midnights', async () => {
    await db.pool.query('truncate city, zone, thing restart identity cascade')
    await db.pool.query('delete from observation')
    await addCity(db.pool, { timeZone })
    const zoneId = await addZone(db.pool, 'a', 1000)
    const [sound, street, ozone] = await addThing(db.pool, { key: 'all', kind: 'air_station', zoneId }, [
      ['sound_level'],
      ['travel_time'],
      ['o3'],
    ])
    await asEver(db.pool)
    const quarters = quartersOf(timeZone)
    const level = (hour: number): number => (hour >= 7 && hour < 19 ? 70 : hour >= 19 && hour < 23 ? 60 : 50)
    const isPeak = (hour: number): boolean => [7, 8, 16, 17].includes(hour)
    const store = (id: number | undefined, of: (quarter: Quarter) => number) =>
      observe(
        db.pool,
        id,
        quarters.map((quarter) => [quarter.at, of(quarter)]),
      )
    await store(sound, ({ hour }) => level(hour))
    await store(street, ({ hour }) => (isPeak(hour) ? 90 : 30))
    // eight hours of 110 that end with the day: seven of them in the next one make 96.25, which is below 100
    await store(ozone, ({ date, hour }) => (date === DAY.toString() && hour >= 16 ? 110 : 0))
    await rollUp(db.pool)
    await db.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
    await db.pool.query(`call refresh_continuous_aggregate('sound_daily', null, null)`)

    const day = hoursOf(parsePeriod(DAY.toString(), timeZone, NOW), NOW, timeZone)
    const found = (await soundPeriods(db.pool, [sound ?? -1], day, timeZone)).get(sound ?? -1)
    expect([found?.day, found?.evening, found?.night].map((energy) => levelOf(energy ?? 0))).toEqual([
      expect.closeTo(70, 9),
      expect.closeTo(60, 9),
      expect.closeTo(50, 9),
    ])
    const peaks = await peakMeans(db.pool, [street ?? -1], day, timeZone, [7, 8, 16, 17])
    expect([peaks.expected, peaks.means.get(street ?? -1)]).toEqual([
      4,
      expect.objectContaining({ mean: 90, hours: 4 }),
    ])

    const three = { from: DAY.subtract({ days: 1 }), to: DAY.add({ days: 2 }) }
    const instant = (date: Temporal.PlainDate) => new Date(date.toZonedDateTime({ timeZone }).epochMilliseconds)
    const period = { label: 'three days', from: instant(three.from), to: instant(three.to), partial: false }
    const registry = await loadRegistrySnapshot(db.pool, { end: period.to, current: false }, period.from)
    if (!registry) throw new Error('no city')
    const places = await exceedances(db.pool, registry, hoursOf(period, NOW, timeZone))
    const station = places.find(({ level, pollutant }) => level === 'thing' && pollutant === 'o3')
    expect(station?.verdicts.find(({ rule }) => rule === 'day')).toMatchObject({ value: 110, days: 3, daysAbove: 1 })
  })

  test('what a pack says to hold since a date begins with the period that does', async () => {
    await db.pool.query('truncate city, zone, thing restart identity cascade')
    for (const [validFrom, population] of [
      ['2026-01-01', 900],
      ['2026-11-15', 1000],
    ]) {
      const files = {
        'city.json': JSON.stringify({ ...city, timeZone, population, validFrom }),
        'zones.geojson': JSON.stringify(zones({ key: 'old-town', name: 'Old town', population })),
      }
      await loadCityPack(db.pool, await readCityPack(await pack(files)))
    }
    const peopleOf = async (label: string) => {
      const { to } = parsePeriod(label, timeZone, NOW)
      return (await cityAt(db.pool, { end: to, current: false }))?.population
    }
    const days = ['2025-12-31', '2026-01-01', '2026-11-14', '2026-11-15']
    expect(await Promise.all(days.map(peopleOf))).toEqual([null, 900, 900, 1000])
  })
})

// The one exception needs the part of an hour only (api/measurements/clock-hours.ts).
test('no statement converts an instant to local time by the rules of PostgreSQL', () => {
  const files = ['api', 'domain', 'ingest'].flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
  const converting = files.filter((file) => /at time zone (?!'UTC')/i.test(readFileSync(join(root, file), 'utf8')))
  expect(converting).toEqual([join('api', 'measurements', 'clock-hours.ts')])
})

// Kazakhstan made UTC+5 its standard time in 2024, Jordan UTC+3 in 2022, Paraguay UTC-3 in 2024 (IANA tz database)
test.each([
  ['Asia/Almaty', 2023],
  ['Asia/Amman', 2022],
  ['America/Asuncion', 2024],
  ['Pacific/Apia', 2011],
])('%s: no hour lies in neither or in both of the legal years %d and the next', async (timeZone, year) => {
  await db.pool.query('truncate city, zone, thing restart identity cascade')
  await db.pool.query('delete from observation')
  await addCity(db.pool, { timeZone })
  const zoneId = await addZone(db.pool, 'a', 1000)
  const [no2 = -1] = await addThing(db.pool, { key: 's', kind: 'air_station', zoneId }, [['no2']])
  const hours = Array.from({ length: 96 }, (_, i) => new Date(Date.UTC(year, 11, 30) + i * 3_600_000))
  await observe(
    db.pool,
    no2,
    hours.map((at) => [at, 20]),
  )
  await rollUp(db.pool)
  const found: { day: string; hours: number }[] = []
  for (const one of [year, year + 1]) {
    const years = await stationYears(db.pool, new Map([[no2, 200]]), { year: one, timeZone, now: NOW })
    const days = years.get(no2)?.days ?? []
    expect(days.every(({ day }) => day.startsWith(String(one)))).toBe(true)
    found.push(...days)
  }
  expect(found.reduce((sum, day) => sum + day.hours, 0)).toBe(hours.length)
})

test('a city that moves to another zone has other months: none of before is left in them', async () => {
  await db.pool.query('truncate city, zone, thing, indicator_month restart identity cascade')
  await db.pool.query('delete from observation')
  await addCity(db.pool, { timeZone: 'Pacific/Honolulu' })
  const zoneId = await addZone(db.pool, 'a', 1000)
  const [meter = -1] = await addThing(db.pool, { key: 'm', kind: 'feeder', domain: 'energy', zoneId }, [['energy']])
  // 1 kWh an hour until midnight of February in Denver, then 3
  const turn = Date.parse('2026-02-01T07:00:00Z')
  let kwh = 5000
  const readings: [Date, number][] = []
  for (let at = turn - 40 * 86_400_000; at <= turn + 40 * 86_400_000; at += 3_600_000) {
    readings.push([new Date(at), kwh])
    kwh += at < turn ? 1 : 3
  }
  await observe(db.pool, meter, readings)
  for (const view of ['meter_hourly', 'meter_daily'])
    await db.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
  const counted = async (timeZone: string) => {
    const hours = hoursOf(parsePeriod('2026-01', timeZone, NOW), NOW, timeZone)
    const read = (await consumptions(db.pool, [meter], hours, timeZone)).get(meter)
    return read && read.closing - read.opening + read.correction
  }
  // the January of Honolulu ends three hours after that of Denver
  expect(await counted('Pacific/Honolulu')).toBeCloseTo(31 * 24 - 3 + 3 * 3, 6)
  expect(await counted('America/Denver')).toBeCloseTo(31 * 24, 6)
})
