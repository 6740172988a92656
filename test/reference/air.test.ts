/**
 * Air: published tables and examples with their source, and stations as cities have them, from the message to the answer.
 * EPA: Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002 (May 2024).
 * EEA: European Air Quality Index, bands of 2024 (ETC HE report 2024/17); minimum set of pollutants by station type
 * ("Calculating the index for traffic stations", "... for industrial and background stations", airindex.eea.europa.eu).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { periodMeans } from '#api/measurements/means.ts'
import { classOf, pollutantScale } from '#dashboard/src/map/colours/scales.ts'
import { requalify } from '#ingest/requalify/requalify.ts'
import { europeanBand } from '#model/air-quality/european.ts'
import { europeanIndex, type HourlySeries, usIndex } from '#model/air-quality/index-of-hours.ts'
import { toUsUnit } from '#model/air-quality/us-epa.ts'
import { thingFeatures } from '#model/api/city.ts'
import { propertyOf } from '#model/observation/properties.ts'
import { toCanonical } from '#model/observation/units.ts'
import { addObservations, NOW, openTestApi, type TestApi } from '../db/api-fixture.ts'
import { rollUp } from '../db/indicators-fixture.ts'
import { openIngest, register } from './air-fixture.ts'

const END = new Date('2026-11-01T12:00:00Z')
const HOUR = 3_600_000
const stored = (property: 'so2' | 'o3' | 'no2', value: number, unit: string): number => {
  const result = toCanonical(value, unit, propertyOf(property))
  if (result === undefined) throw new Error(`${unit} is no unit of ${property}`)
  return result
}
const hours = (value: number, count: number): number[] => new Array<number>(count).fill(value)

describe('US index where a cell of table 6 is blank', () => {
  const ppb = (value: number): number => stored('so2', value, '[ppb]')
  const ppm = (value: number): number => stored('o3', value, '[ppm]')
  // Notes to table 6: 1-hour SO2 defines no index above 200, 8-hour ozone none above 300.
  test.each<[string, HourlySeries, number, string, boolean]>([
    ['SO2 1 h of 304 ppb', { so2: [ppb(304)] }, 200, 'unhealthy', false],
    ['SO2 1 h of 305 ppb, no 24 hours', { so2: [ppb(305)] }, 200, 'unhealthy', true],
    ['SO2 1 h of 2,000 ppb, no 24 hours', { so2: [ppb(2000)] }, 200, 'unhealthy', true],
    ['SO2 1 h of 400 ppb, mean of 24 h below 305', { so2: [ppb(400), ...hours(ppb(100), 23)] }, 200, 'unhealthy', true],
    // 99 / 299 x (400 - 305) + 201 = 232.5
    ['SO2 of 400 ppb for 24 h', { so2: hours(ppb(400), 24) }, 232, 'very_unhealthy', false],
    // 1 h of 0.250 ppm: 99 / 0.199 x (0.250 - 0.205) + 201 = 223.4, less than the 300 of 8 hours
    ['ozone of 0.250 ppm for 8 h', { o3: hours(ppm(0.25), 8) }, 300, 'very_unhealthy', true],
    // 1 h of 0.450 ppm: 199 / 0.199 x (0.450 - 0.405) + 301 = 346
    ['ozone of 0.450 ppm for 8 h', { o3: hours(ppm(0.45), 8) }, 346, 'hazardous', false],
    ['ozone of 0.700 ppm for 8 h', { o3: hours(ppm(0.7), 8) }, 500, 'hazardous', true],
  ])('%s: %#', (_, series, value, category, atLeast) => {
    expect(usIndex(series, END)).toMatchObject({ value, category, atLeast })
  })

  test('what an analyser reads in ppb is what the table is asked with', () => {
    expect(toUsUnit('so2_1h', stored('so2', 305, '[ppb]'))).toBeCloseTo(305, 9)
  })
})

describe('European bands', () => {
  // The lowest and highest whole concentration of each band as the EEA prints them.
  const PRINTED = {
    pm2_5: ['0-5', '6-15', '16-50', '51-90', '91-140', '141-'],
    pm10: ['0-15', '16-45', '46-120', '121-195', '196-270', '271-'],
    no2: ['0-10', '11-25', '26-60', '61-100', '101-150', '151-'],
    o3: ['0-60', '61-100', '101-120', '121-160', '161-180', '181-'],
    so2: ['0-20', '21-40', '41-125', '126-190', '191-275', '276-'],
  } as const
  const ends = Object.entries(PRINTED).flatMap(([pollutant, bands]) =>
    bands.flatMap((band, i) => {
      const [low, high] = band.split('-').map((text) => (text === '' ? 9000 : Number(text))) as [number, number]
      return [
        [pollutant as keyof typeof PRINTED, low, i + 1] as const,
        [pollutant as keyof typeof PRINTED, high, i + 1] as const,
      ]
    }),
  )
  test.each(ends)('%s of %d ug/m3 is band %i, on the map too', (pollutant, concentration, band) => {
    expect(europeanBand(pollutant, concentration)?.value).toBe(band)
    expect(classOf(pollutantScale(pollutant), concentration) + 1).toBe(band)
  })

  test('the map and the index agree between whole numbers', () => {
    for (const pollutant of Object.keys(PRINTED) as (keyof typeof PRINTED)[])
      for (let tenth = 0; tenth <= 3000; tenth += 1)
        expect(classOf(pollutantScale(pollutant), tenth / 10) + 1).toBe(europeanBand(pollutant, tenth / 10)?.value)
  })
})

describe('the minimum set of the European index', () => {
  const at = (series: HourlySeries, station: 'traffic' | 'other') => europeanIndex(series, END, { station, doubts: [] })
  test.each<[HourlySeries, 'traffic' | 'other', string[], string]>([
    [{ no2: [5], pm10: [5] }, 'traffic', [], 'good'],
    [{ no2: [5], pm2_5: [3] }, 'traffic', [], 'good'],
    [{ no2: [5], o3: [20] }, 'traffic', ['pm'], 'incomplete'],
    [{ no2: [5], o3: [20], pm2_5: [3] }, 'other', [], 'good'],
    [{ no2: [5], pm2_5: [3] }, 'other', ['o3'], 'incomplete'],
    [{ pm2_5: [3] }, 'other', ['no2', 'o3'], 'incomplete'],
    [{ so2: [3] }, 'traffic', ['no2', 'pm'], 'incomplete'],
    // "coloured as grey unless the index is poor or worse": moderate is not told, poor is
    [{ pm2_5: [50] }, 'other', ['no2', 'o3'], 'incomplete'],
    [{ pm2_5: [51] }, 'other', ['no2', 'o3'], 'poor'],
    [{ pm2_5: [886] }, 'other', ['no2', 'o3'], 'extremely_poor'],
  ])('%j at a station of type %s lacks %j: %s', (series, station, missing, category) => {
    const index = at(series, station)
    expect(index).toMatchObject({ missing, category, atLeast: missing.length > 0 })
    expect(index?.parts.map(({ pollutant }) => pollutant).toSorted()).toEqual(Object.keys(series).toSorted())
  })
})

const NIGHT = Date.UTC(2026, 9, 28)
/** A night at the detection limit, then one hour of fireworks: flat line, spike and rate of change, were it live. */
const FIREWORKS = Array.from({ length: 48 }, (_, hour) => (hour === 40 ? 320 : hour < 30 ? 2 : 20 + (hour % 3)))
const PEAKS = Date.UTC(2026, 9, 20)
const SMOKE = ['reference', 'indicative', 'low_cost', 'unknown'] as const

/** 1 ug/m3 on average, with the noise of a monitor: half of the hours below zero */
const CLEAN = Array.from({ length: 24 }, (_, hour) => 1 + (hour % 2 === 0 ? 1 : -1) * (3 + (hour % 4 < 2 ? 1 : 0)))
describe('from the message to the answer', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await openTestApi()
    const { pool } = api
    const ingest = openIngest(pool)
    const report = (key: string, at: Date, values: Record<string, number>) => ({
      topic: `city/air/${key}`,
      payload: { time: at.toISOString(), ...values },
      receivedAt: new Date(at.getTime() + 1000),
    })
    const lastHours = (key: string, pm2_5: number) =>
      Array.from({ length: 13 }, (_, i) => report(key, hoursAgo(13 - i), { pm2_5: pm2_5 + (i % 2), no2: 20 + (i % 2) }))
    for (const grade of SMOKE) {
      await register(pool, `smoke-${grade}`, grade)
      await ingest(lastHours(`smoke-${grade}`, 886))
    }
    await register(pool, 'saturated', 'low_cost')
    await ingest(lastHours('saturated', 1500))
    await register(pool, 'gauge', 'reference')
    await ingest(
      Array.from({ length: 24 }, (_, hour) =>
        report('gauge', new Date(PEAKS + hour * HOUR), { pm2_5: hour < 14 ? 363 : 816.6 }),
      ),
    )
    for (const grade of ['reference', 'low_cost']) {
      await register(pool, `clean-${grade}`, grade)
      await ingest(
        CLEAN.map((pm2_5, hour) => report(`clean-${grade}`, new Date(PEAKS + hour * HOUR), { pm2_5, pm10: pm2_5 })),
      )
    }
    await register(pool, 'filed', 'reference')
    const records = FIREWORKS.map((pm2_5, hour) => ({
      ...{ thing: 'filed', time: new Date(NIGHT + hour * HOUR).toISOString(), pm2_5 },
    }))
    await ingest([{ topic: 'import/records/monitors', payload: records, receivedAt: NOW }])
    await ingest(FIREWORKS.map((pm2_5, hour) => report('live', new Date(NIGHT + hour * HOUR), { pm2_5 })))
    for (const grade of ['reference', 'low_cost']) {
      const key = `doubted-${grade}`
      await register(pool, key, grade)
      await ingest([report(key, hoursAgo(40), { pm2_5: 5, no2: 20 })])
      await addObservations(pool, await streamOf(key, 'pm2_5'), constant(60, 3))
      await addObservations(pool, await streamOf(key, 'no2'), constant(20, 1))
    }
    await rollUp(pool)
  }, 120_000)
  afterAll(() => api.close())

  const hoursAgo = (age: number): Date => new Date(NOW.getTime() - age * HOUR)
  /** the last twelve hours, of one quality; what is suspect changed too fast */
  const constant = (value: number, quality: number) =>
    Array.from(
      { length: 12 },
      (_, i) => [hoursAgo(12 - i).toISOString(), value, quality, quality === 3 ? 8 : 0] as const,
    )
  const streamOf = async (key: string, property: string): Promise<number> => {
    const { rows } = await api.pool.query<{ id: number }>(
      `select d.id from datastream d join thing t on t.id = d.thing_id where t.key = $1 and d.property = $2`,
      [key, property],
    )
    return rows[0]?.id ?? -1
  }
  const thing = async (key: string) => {
    const response = await api.app.inject(`/api/v1/things?thing=${key}`)
    return thingFeatures.parse(response.json()).features[0]?.properties
  }
  const latestOf = async (key: string) =>
    (await thing(key))?.datastreams.find(({ property }) => property === 'pm2_5')?.latest
  const flagsOf = async (key: string): Promise<number[]> => {
    const { rows } = await api.pool.query<{ quality: number }>(
      'select quality from observation where datastream_id = $1 order by phenomenon_time',
      [await streamOf(key, 'pm2_5')],
    )
    return rows.map(({ quality }) => quality)
  }

  // 20 ug/m3 of NO2 are 10.46 ppb, cut to 10: 50 / 53 x 10 = 9.4. PM2.5 above 325.4 is beyond the table: 500.
  test.each(SMOKE)('smoke at a station of grade %s: PM2.5 of 886 next to clean NO2 is 500, not 9', async (grade) => {
    const index = (await thing(`smoke-${grade}`))?.airIndex
    expect(index?.us).toMatchObject({ value: 500, category: 'hazardous', pollutant: 'pm2_5', doubted: [] })
    expect(index?.european).toMatchObject({ value: 6, category: 'extremely_poor', pollutant: 'pm2_5' })
    // what the map shows
    expect(await latestOf(`smoke-${grade}`)).toMatchObject({ result: 886, quality: 1, reasons: [] })
  })

  test('above the range of a cheap sensor (1,000) the air is at least that bad: 500, doubted and counted apart', async () => {
    const index = (await thing('saturated'))?.airIndex?.us
    expect(index).toMatchObject({ value: 500, category: 'hazardous' })
    expect(index?.doubted).toEqual([{ pollutant: 'pm2_5', hours: 12, leftOut: false }])
    expect(index?.parts.find(({ pollutant }) => pollutant === 'pm2_5')?.concentration).toBe(1000)
    expect(await latestOf('saturated')).toMatchObject({ result: 1500, quality: 3, reasons: ['gross_range'] })
  })

  test('a reference monitor keeps its peaks: 14 hours of 363 and 10 of 816.6 are a day of 552, not of 363', async () => {
    await requalify({ pool: api.pool, window: { fromMs: PEAKS, toMs: PEAKS + 24 * HOUR } })
    expect((await flagsOf('gauge')).filter((flag) => flag === 4)).toEqual([])
    // a UTC day: 25 hours of Lisbon's summer time are not touched
    const inputs = { from: new Date(PEAKS), to: new Date(PEAKS + 24 * HOUR), count: 24 }
    const id = await streamOf('gauge', 'pm2_5')
    const means = await periodMeans(api.pool, [id], inputs)
    expect(means.get(id)).toMatchObject({ mean: expect.closeTo(552, 9), hours: 24 })
  })

  // US EPA, AQS: hourly PM2.5 and PM10 of continuous monitors are valid from -10 ug/m3 on
  test.each(['pm2_5', 'pm10'])(
    'clean air is not made worse by cutting off the noise below zero: %s',
    async (property) => {
      const inputs = { from: new Date(PEAKS), to: new Date(PEAKS + 24 * HOUR), count: 24 }
      const meanOf = async (key: string) => {
        const id = await streamOf(key, property)
        return (await periodMeans(api.pool, [id], inputs)).get(id)
      }
      expect(await meanOf('clean-reference')).toMatchObject({ mean: expect.closeTo(1, 9), hours: 24 })
      // of a cheap sensor a doubted reading counts nowhere
      expect(await meanOf('clean-low_cost')).toMatchObject({ mean: expect.closeTo(4.5, 9), hours: 12 })
    },
  )

  describe('imported reference data', () => {
    const window = { fromMs: NIGHT, toMs: NIGHT + 48 * HOUR }
    test('keeps every hour, and keeps it when history is re-evaluated', async () => {
      expect(await flagsOf('filed')).toEqual(hours(1, 48))
      await requalify({ pool: api.pool, window })
      expect(await flagsOf('filed')).toEqual(hours(1, 48))
    })

    test('the same from a device that reports live is doubted by its history', async () => {
      const flags = await flagsOf('live')
      expect(flags).toHaveLength(48)
      expect(flags.filter((flag) => flag !== 1 && flag !== 2).length).toBeGreaterThan(10)
    })
  })

  test('doubted readings of a reference station stay in the index, and are counted', async () => {
    const index = (await thing('doubted-reference'))?.airIndex?.us
    // 49 / 69.9 x (60 - 55.5) + 151 = 154.2
    expect(index).toMatchObject({ value: 154, category: 'unhealthy', pollutant: 'pm2_5', atLeast: false })
    expect(index?.doubted).toEqual([{ pollutant: 'pm2_5', hours: 12, leftOut: false }])
  })

  test('those of a cheap sensor are left out: then the index says "at least", and nothing is called good', async () => {
    const index = (await thing('doubted-low_cost'))?.airIndex?.us
    expect(index).toMatchObject({ value: 9, category: 'incomplete', pollutant: 'no2', atLeast: true })
    expect(index?.doubted).toEqual([{ pollutant: 'pm2_5', hours: 12, leftOut: true }])
  })
})
