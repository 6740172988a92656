import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { localMidnight } from '#model/basics/period.ts'
import { NOW, openTestApi, type TestApi } from '#test/db/api-fixture.ts'

/**
 * Readings of random times and values around a change of the clock, in zones that are hard: offsets of part of an hour,
 * changes at midnight, by half an hour, a day that was left out. What is expected is computed here from the readings, by
 * ECMAScript Temporal; the API sums in the database.
 */
const CASES = [
  ['Asia/Kolkata', '2026-03-10'],
  ['Asia/Kathmandu', '2026-03-10'],
  ['Australia/Adelaide', '2026-04-04'],
  ['America/St_Johns', '2026-03-07'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Pacific/Chatham', '2026-04-04'],
  ['Atlantic/Azores', '2026-03-28'],
  ['America/Santiago', '2025-09-06'],
  ['America/Havana', '2026-03-07'],
  ['America/Sao_Paulo', '2018-11-03'],
  ['Africa/Casablanca', '2026-03-21'],
  ['Pacific/Apia', '2011-12-29'],
] as const
const DAYS = 3
const VIEWS = ['observation_hourly', 'observation_daily', 'observation_quarter', 'sound_hourly', 'sound_daily']
const PROPERTIES = ['pm2_5', 'vehicle_count', 'sound_level', 'sound_level_max'] as const

/** 1 pass, 3 suspect, 4 fail */
type Quality = 1 | 3 | 4
type Reading = { readonly ms: number; readonly value: number; readonly quality: Quality }
/** Doubted readings of a reference station count; of a low-cost one those above its range do, as 1000 ug/m3. */
const GRADES = ['reference', 'low_cost', 'indicative', 'unknown'] as const
const TOP = 1000
type Case = {
  readonly timeZone: string
  readonly first: Temporal.PlainDate
  readonly zone: string
  readonly grade: (typeof GRADES)[number]
}

let api: TestApi
let clock = NOW
const ids = new Map<string, number>()
const readings = new Map<string, readonly Reading[]>()
const cases: Case[] = CASES.map(([timeZone, day], i) => ({
  timeZone,
  grade: GRADES[i % GRADES.length] ?? 'unknown',
  first: Temporal.PlainDate.from(day),
  zone: timeZone.replaceAll('/', '-'),
}))

const startOf = (day: Temporal.PlainDate, timeZone: string): number =>
  day.toZonedDateTime({ timeZone }).epochMilliseconds
const datesOf = ({ first }: Case) => Array.from({ length: DAYS }, (_, ahead) => first.add({ days: ahead }))

/** Three days of readings: every hour has one at least, some many, some of them doubted (a few far above the range) or failed. */
function arbitraryReadings({ first, timeZone }: Case): fc.Arbitrary<Reading[]> {
  const from = startOf(first, timeZone)
  const hours = (startOf(first.add({ days: DAYS }), timeZone) - from) / 1_800_000
  const extra = fc.record({
    ms: fc.integer({ min: 0, max: hours * 1_800_000 - 1 }).map((ms) => from + ms),
    value: fc.integer({ min: 300, max: 900 }).map((tenths) => tenths / 10),
    quality: fc.constantFrom<Quality>(1, 3, 4),
    beyond: fc.boolean(),
  })
  const each = fc.array(fc.integer({ min: 300, max: 900 }), { minLength: hours, maxLength: hours })
  return fc
    .tuple(each, fc.uniqueArray(extra, { minLength: 40, maxLength: 80, selector: ({ ms }) => ms }))
    .map(([values, more]) => [
      ...values.map((tenths, i) => ({ ms: from + i * 1_800_000 + 1, value: tenths / 10, quality: 1 as const })),
      ...more
        .filter(({ ms }) => (ms - from) % 1_800_000 !== 1)
        .map(({ beyond, value, ...one }) => ({ ...one, value: beyond && one.quality === 3 ? 40 * value : value })),
    ])
}

beforeAll(async () => {
  api = await openTestApi({ clock: () => clock })
  const { pool } = api
  // A clock with quarters while everything is stored and rolled up; afterwards the city moves from zone to zone.
  await moveTo('Asia/Kolkata')
  for (const [seed, one] of cases.entries()) {
    await pool.query(
      `insert into zone (key, name, population, area_km2, geometry)
       values ($1, $1, 1000, 1, (select geometry from zone where key = 'west'))`,
      [one.zone],
    )
    await pool.query(
      `insert into thing (key, name, domain, kind, zone_id, verified, grade)
       values ($1, $1, 'air', 'air_station', (select id from zone where key = $1), true, $2)`,
      [one.zone, one.grade],
    )
    for (const property of PROPERTIES) {
      const { rows } = await pool.query<{ id: number }>(
        `insert into datastream (thing_id, property, unit) select id, $2, 'unit' from thing where key = $1 returning id`,
        [one.zone, property],
      )
      const key = `${one.zone} ${property}`
      const [own = []] = fc.sample(arbitraryReadings(one), {
        seed: seed + PROPERTIES.indexOf(property) * 100,
        numRuns: 1,
      })
      ids.set(key, rows[0]?.id ?? -1)
      readings.set(key, own)
      await pool.query(
        `insert into observation (datastream_id, phenomenon_time, result, quality)
         select $1, * from unnest($2::timestamptz[], $3::float8[], $4::smallint[])`,
        [
          rows[0]?.id,
          own.map(({ ms }) => new Date(ms)),
          own.map(({ value }) => value),
          own.map(({ quality }) => quality),
        ],
      )
    }
  }
  for (const view of VIEWS) await pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
})
afterAll(() => api?.close())

async function moveTo(timeZone: string): Promise<void> {
  await api.pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', to_jsonb($1::text))`, [timeZone])
  // what the API remembers of the city is older than a minute
  clock = new Date(clock.getTime() + 3_600_000)
}

/** The mean of hourly means by the hours that the clock shows; an hour that comes twice is two. */
function byHand(of: readonly Reading[], { timeZone, grade }: Case, property: string): number {
  const energy = property === 'sound_level'
  if (property === 'sound_level_max') return Math.max(...of.filter(isGood).map(({ value }) => value))
  const hours = Map.groupBy(of, ({ ms }) => {
    const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
    return `${local.toPlainDate()} ${local.hour} ${local.offset}`
  })
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const hourly = [...hours.values()].flatMap((own) => {
    const good = own.filter(isGood)
    const counted = property === 'pm2_5' ? [...good, ...doubtsThatCount(own, grade)] : good
    return counted.length > 0 ? mean(counted.map(({ value }) => (energy ? 10 ** (value / 10) : value))) : []
  })
  return energy ? 10 * Math.log10(mean(hourly)) : mean(hourly)
}

const isGood = ({ quality }: Reading): boolean => quality === 1

/** docs/quality.md, "Doubted readings of pollutants", of one hour. */
function doubtsThatCount(hour: readonly Reading[], grade: Case['grade']): readonly Reading[] {
  const doubted = hour.filter(({ quality }) => quality === 3)
  if (grade === 'reference' || grade === 'indicative') return doubted
  const mean = doubted.reduce((sum, { value }) => sum + value, 0) / doubted.length
  return mean > TOP ? doubted.map((one) => ({ ...one, value: TOP })) : []
}

const total = (of: readonly Reading[]): number => of.filter(isGood).reduce((sum, { value }) => sum + value, 0)

test.each(cases)('$timeZone: series, playback and indicator agree with the readings, and days add up', async (one) => {
  const { timeZone, zone } = one
  await moveTo(timeZone)
  const dates = datesOf(one)
  const edges = [...dates, one.first.add({ days: DAYS })].map((day) => startOf(day, timeZone))
  const [from = 0, to = 0] = [edges[0], edges.at(-1)]
  const spans = dates
    .map((day, i) => ({ day: day.toString(), from: edges[i] ?? 0, to: edges[i + 1] ?? 0 }))
    .filter((span) => span.from < span.to)
  const iso = (ms: number) => new Date(ms).toISOString()
  const window = `from=${iso(from)}&to=${iso(to)}`
  const indicators = createIndicators({ pool: api.pool, microdata: openMicrodata(api.pool), clock: () => clock })
  for (const property of PROPERTIES) {
    const id = ids.get(`${zone} ${property}`)
    const own = readings.get(`${zone} ${property}`) ?? []
    const within = (span: { from: number; to: number }) => own.filter(({ ms }) => ms >= span.from && ms < span.to)
    const series = (await api.app.inject(`/api/v1/datastreams/${id}/observations?${window}&every=1d`)).json()
    expect(series.buckets.map(({ time }: { time: string }) => Date.parse(time))).toEqual(spans.map((span) => span.from))
    const history = (await api.app.inject(`/api/v1/history?property=${property}&${window}&every=1d`)).json()
    const frames = history.streams.find(({ datastream }: { datastream: number }) => datastream === id)
    for (const [i, span] of spans.entries()) {
      const expected = byHand(within(span), one, property)
      const bucket = series.buckets[i]
      expect([bucket.n, bucket.good]).toEqual([within(span).length, within(span).filter(isGood).length])
      const statistic = property === 'sound_level_max' ? 'max' : 'mean'
      expect(bucket[statistic], `series ${property} ${span.day}`).toBeCloseTo(expected, 8)
      expect(frames[statistic][i], `playback ${property} ${span.day}`).toBeCloseTo(expected, 2)
      if (statistic === 'max') expect([bucket.mean, frames.mean[i]]).toEqual([null, null])
      else expect(bucket.mean).toBeLessThanOrEqual(bucket.max)
      if (property === 'vehicle_count') expect(bucket.total).toBeCloseTo(total(within(span)), 6)
      if (property !== 'pm2_5') continue
      const found = await indicators.evaluate('EN:EN:AQ:1C', { period: span.day, zone })
      const value = found.values.find(({ dataPoint }) => dataPoint === 'pm2_5')
      expect(value?.value, `indicator ${span.day}`).toBeCloseTo(expected, 8)
    }
    // the parts of the window, whatever their length, count what the whole has
    for (const every of ['1h', '6h', '1d']) {
      const { buckets } = (
        await api.app.inject(`/api/v1/datastreams/${id}/observations?${window}&every=${every}`)
      ).json()
      const sum = (of: 'n' | 'good') =>
        buckets.reduce((all: number, bucket: Record<string, number>) => all + (bucket[of] ?? 0), 0)
      expect([every, sum('n'), sum('good')]).toEqual([every, own.length, own.filter(isGood).length])
    }
  }
})

test('the city as indicator, in the report and in every form of the export is one number', async () => {
  await moveTo('Australia/Adelaide')
  const period = '2026-04-04'
  const get = async (path: string) => api.app.inject(`/api/v1/indicators/${path}`)
  const pointOf = (of: { values: { dataPoint: string; value: number | null }[] }) =>
    of.values.find(({ dataPoint }) => dataPoint === 'pm2_5')?.value
  const indicator = pointOf((await get(`EN:EN:AQ:1C?period=${period}`)).json())
  expect(indicator).toBeGreaterThan(0)
  const isAir = ({ code }: { code: string }) => code === 'EN:EN:AQ:1C'
  const board = (await get(`scoreboard?period=${period}`)).json().indicators.find(isAir)
  const report = (await get(`report?period=${period}`)).json().indicators.find(isAir)
  const json = (await get(`export?period=${period}&format=json`)).json().indicators.find(isAir)
  expect([board, report, json].map(pointOf)).toEqual([indicator, indicator, indicator])
  const csv = (await get(`export?period=${period}&format=csv`)).body.split(/\r?\n/)
  expect(csv.filter((line) => line.includes('EN:EN:AQ:1C') && line.includes(String(indicator)))).toHaveLength(1)
})

test('midnights of the cases are those of Temporal', () => {
  for (const one of cases)
    for (const day of datesOf(one))
      expect(localMidnight([day.year, day.month, day.day], one.timeZone).getTime()).toBe(startOf(day, one.timeZone))
})
