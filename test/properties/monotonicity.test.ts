/**
 * Raising a pollutant, all else equal, never improves an index, a category, a number of exceedances, a verdict or a score, and
 * never makes one disappear.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { periodMeans } from '#api/measurements/means.ts'
import { EUROPEAN_CATEGORIES, EUROPEAN_POLLUTANTS, europeanBand, europeanBreaks } from '#model/air-quality/european.ts'
import {
  europeanIndex,
  type HourlySeries,
  INDEX_POLLUTANTS,
  LOOK_BACK_HOURS,
  usIndex,
} from '#model/air-quality/index-of-hours.ts'
import { assess } from '#model/air-quality/standards/assess.ts'
import { AIR_STANDARDS } from '#model/air-quality/standards/built-in.ts'
import type { StationDay, StationYear } from '#model/air-quality/standards/station-year.ts'
import { toUsUnit, US_CATEGORIES, type UsMetric, usSubIndex } from '#model/air-quality/us-epa.ts'
import { WHO_POLLUTANTS, WHO_STEPS, whoVerdicts } from '#model/air-quality/who.ts'
import { thingFeatures } from '#model/api/city.ts'
import type { ExceedancesResponse } from '#model/api/exceedances.ts'
import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import { scoreOf } from '#model/indicators/score.ts'
import { NOW, openTestApi, type TestApi } from '../db/api-fixture.ts'
import { rollUp } from '../db/indicators-fixture.ts'
import { openIngest, register } from '../reference/air-fixture.ts'

const METRICS = ['pm2_5_24h', 'pm10_24h', 'o3_8h', 'o3_1h', 'co_8h', 'so2_1h', 'so2_24h', 'no2_1h'] as const
const END = new Date('2026-11-01T12:00:00Z')

/** From clean air to beyond every instrument, the low end as likely as the high one. */
const concentration = fc.double({ min: 0, max: 1, noNaN: true }).map((share) => 20_000 * share ** 4)
const raise = fc.oneof(fc.constant(0), concentration)
const hour = fc.option(concentration, { freq: 6 })
const day = fc.array(hour, { minLength: LOOK_BACK_HOURS, maxLength: LOOK_BACK_HOURS })
const series = fc.record(Object.fromEntries(INDEX_POLLUTANTS.map((one) => [one, day])), { requiredKeys: [] })
const raises = fc.array(raise, { minLength: LOOK_BACK_HOURS, maxLength: LOOK_BACK_HOURS })

/** How bad a category is; what says too little is the least. */
const rankOf = (category: string): number =>
  Math.max(
    (US_CATEGORIES as readonly string[]).indexOf(category),
    (EUROPEAN_CATEGORIES as readonly string[]).indexOf(category),
  )

/** Particles of all hours by the same, gases hour by hour: NowCast of one higher hour in the past can be lower (EPA's formula). */
function raised(
  hours: HourlySeries,
  pollutant: (typeof INDEX_POLLUTANTS)[number],
  by: readonly number[],
): HourlySeries {
  const isParticles = pollutant === 'pm2_5' || pollutant === 'pm10'
  const own = hours[pollutant]?.map((value, age) => (value === null ? null : value + (by[isParticles ? 0 : age] ?? 0)))
  return own ? { ...hours, [pollutant]: own } : hours
}

describe('tables', () => {
  test.each(METRICS)('US sub-index of %s', (metric: UsMetric) => {
    fc.assert(
      fc.property(concentration, raise, (low, by) => {
        const [before, after] = [low, low + by].map((value) => usSubIndex(metric, toUsUnit(metric, value)))
        if (!before) return
        expect(after?.value).toBeGreaterThanOrEqual(before.value)
        expect(rankOf(after?.category ?? '')).toBeGreaterThanOrEqual(rankOf(before.category))
      }),
      { seed: 20_241, numRuns: 2000 },
    )
  })

  test.each(EUROPEAN_POLLUTANTS)('European band of %s, and the class of the map', (pollutant) => {
    const classOf = (value: number): number => europeanBreaks(pollutant).filter((from) => value >= from).length + 1
    fc.assert(
      fc.property(concentration, raise, (low, by) => {
        const before = europeanBand(pollutant, low)?.value ?? 7
        expect(europeanBand(pollutant, low + by)?.value).toBeGreaterThanOrEqual(before)
        expect(classOf(low)).toBe(before)
      }),
      { seed: 20_242, numRuns: 2000 },
    )
  })
})

describe('indices of hours', () => {
  test.each([
    ['us', usIndex],
    ['european', europeanIndex],
  ] as const)('%s', (_, indexOf) => {
    fc.assert(
      fc.property(series, fc.constantFrom(...INDEX_POLLUTANTS), raises, (hours, pollutant, by) => {
        const before = indexOf(hours, END)
        const after = indexOf(raised(hours, pollutant, by), END)
        if (!before) return
        expect(after?.value).toBeGreaterThanOrEqual(before.value)
        expect(rankOf(after?.category ?? '')).toBeGreaterThanOrEqual(rankOf(before.category))
        // no pollutant disappears, and none but the raised one changes
        for (const part of before.parts) {
          const same = after?.parts.find((one) => one.pollutant === part.pollutant)
          expect(same?.value).toBeGreaterThanOrEqual(part.value)
          if (part.pollutant !== pollutant) expect(same).toEqual(part)
        }
      }),
      { seed: 20_243, numRuns: 1500 },
    )
  })
})

test('WHO verdicts', () => {
  const days = fc.array(concentration, { minLength: 60, maxLength: 366 })
  const level = (step: string | null): number => (step === null ? -1 : (WHO_STEPS as readonly string[]).indexOf(step))
  fc.assert(
    fc.property(
      fc.constantFrom(...WHO_POLLUTANTS),
      days,
      fc.array(raise, { minLength: 366, maxLength: 366 }),
      (pollutant, values, by) => {
        const of = (results: readonly number[]) => {
          const named = results.map((value, i) => ({
            day: new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10),
            value,
          }))
          return whoVerdicts(pollutant, named, 366, results.reduce((a, b) => a + b, 0) / results.length)
        }
        const after = of(values.map((value, i) => value + (by[i] ?? 0)))
        for (const [i, before] of of(values).entries()) {
          const same = after[i]
          if (before.value !== null) expect(same?.value).toBeGreaterThanOrEqual(before.value)
          if (before.exceeded) expect(same?.exceeded).toBe(true)
          expect(level(same?.reached ?? null)).toBeGreaterThanOrEqual(level(before.reached))
          expect(same?.daysAbove ?? 0).toBeGreaterThanOrEqual(before.daysAbove ?? 0)
        }
      },
    ),
    { seed: 20_244, numRuns: 150 },
  )
})

describe('legal limits', () => {
  /** A day of constant air, with a number of its hours. */
  const stationDay = (at: number, value: number, hours: number): StationDay => ({
    day: new Date(Date.UTC(2025, 0, 1 + at)).toISOString().slice(0, 10),
    ...{ hours, windows: hours, mean: value, max1: value, max3: value, max8: value },
    above: Array.from({ length: hours }, () => value),
  })
  const year = fc.array(fc.tuple(concentration, fc.integer({ min: 15, max: 24 }), raise), {
    minLength: 280,
    maxLength: 365,
  })
  test.each(AIR_STANDARDS.map((standard) => [standard.key, standard] as const))('%s', (_, standard) => {
    fc.assert(
      fc.property(year, fc.constantFrom(...standard.rules), (days, rule) => {
        const of = (isRaised: boolean) => {
          const own = days.map(([value, hours, by], i) => stationDay(i, isRaised ? value + by : value, hours))
          const station: StationYear = { year: 2025, hoursSoFar: 8760, days: own }
          return assess(standard, rule, [station, station, station])
        }
        const [before, after] = [of(false), of(true)]
        expect(after.value ?? -1).toBeGreaterThanOrEqual(before.value ?? -1)
        expect(after.exceedances ?? 0).toBeGreaterThanOrEqual(before.exceedances ?? 0)
        expect(after.remaining ?? 0).toBeLessThanOrEqual(before.remaining ?? 0)
        if (before.exceeded) expect(after.exceeded).toBe(true)
        expect(after.exceeded === null).toBe(before.exceeded === null && after.exceeded !== true)
        expect(after.dataCapture).toBe(before.dataCapture)
      }),
      { seed: 20_245, numRuns: 60 },
    )
  })
})

test('the score of air pollution', () => {
  const indicator = indicatorOf('EN:EN:AQ:1C')
  if (!indicator) throw new Error('EN:EN:AQ:1C')
  fc.assert(
    fc.property(fc.constantFrom(...indicator.dataPoints), concentration, raise, (point, low, by) => {
      const [before, after] = [low, low + by].map((value) => scoreOf(indicator, point, value))
      expect(after?.points ?? 0).toBeLessThanOrEqual(before?.points ?? 0)
      expect(after === null).toBe(before === null)
    }),
    { seed: 20_246, numRuns: 1000 },
  )
})

describe('through ingest, database and API', () => {
  const GRADES = ['reference', 'indicative', 'low_cost', 'unknown'] as const
  const EDGES = [
    0, 5, 5.4, 5.5, 35.4, 150, 325.5, 500, 501, 886, 1000, 1001, 2000, 2001, 9998, 10_000, 10_001, 20_000, 400_000,
  ]
  const LEVELS = [...EDGES, ...fc.sample(concentration, { seed: 20_247, numRuns: 10 })].toSorted((a, b) => a - b)
  const FROM = Date.UTC(2026, 9, 31)
  const HOURS = 36
  const keyOf = (grade: string, pollutant: string, at: number): string => `${grade}-${pollutant}-${at}`
  const RAISED = ['pm2_5', 'o3'] as const

  let api: TestApi
  let things: Map<string, ReturnType<typeof thingFeatures.parse>['features'][number]['properties']>
  let places: ExceedancesResponse['places']
  beforeAll(async () => {
    api = await openTestApi()
    const ingest = openIngest(api.pool)
    for (const grade of GRADES) {
      for (const pollutant of RAISED) {
        for (const [at, level] of LEVELS.entries()) {
          const key = keyOf(grade, pollutant, at)
          await register(api.pool, key, grade)
          // a little up and down: a line that is flat is doubted, high or low
          const reports = Array.from({ length: HOURS }, (_, i) => {
            const time = new Date(FROM + i * 3_600_000)
            const values = { no2: 20 + (i % 2), [pollutant]: level + (i % 3) / 100 }
            return { topic: `city/air/${key}`, payload: { time: time.toISOString(), ...values }, receivedAt: time }
          })
          await ingest(reports)
        }
      }
    }
    await rollUp(api.pool)
    await api.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
    const answer = thingFeatures.parse((await api.app.inject('/api/v1/things')).json())
    things = new Map(answer.features.map(({ properties }) => [properties.key, properties]))
    places = ((await api.app.inject('/api/v1/air-quality/exceedances?period=2026-10')).json() as ExceedancesResponse)
      .places
  }, 300_000)
  afterAll(() => api.close())

  const ladders = GRADES.flatMap((grade) => RAISED.map((pollutant) => [grade, pollutant] as const))
  test.each(ladders)('%s, %s: the indices', (grade, pollutant) => {
    const indices = LEVELS.map((_, at) => things.get(keyOf(grade, pollutant, at))?.airIndex)
    for (const scheme of ['us', 'european'] as const) {
      const values = indices.map((index) => index?.[scheme]?.value ?? -1)
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      expect(values[0]).toBeGreaterThan(0)
      const ranks = indices.map((index) => rankOf(index?.[scheme]?.category ?? ''))
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
      // the raised pollutant is in every one of them
      for (const index of indices) expect(index?.[scheme]?.parts.map((part) => part.pollutant)).toContain(pollutant)
    }
  })

  test.each(ladders)('%s, %s: days above the WHO level', (grade, pollutant) => {
    const above = LEVELS.map((_, at) => {
      const place = places.find((one) => one.key === keyOf(grade, pollutant, at) && one.pollutant === pollutant)
      return place?.verdicts.find(({ rule }) => rule === 'day')?.daysAbove ?? -1
    })
    expect(above).toEqual(above.toSorted((a, b) => a - b))
    expect(above.at(-1)).toBeGreaterThan(0)
  })

  test('means of the period, which indicators rest on, are never lower for higher air', async () => {
    const { rows } = await api.pool.query<{ key: string; id: number; property: string }>(
      `select t.key, d.id, d.property from datastream d join thing t on t.id = d.thing_id where d.property = any($1)`,
      [[...RAISED]],
    )
    const hours = { from: new Date(FROM), to: NOW, count: HOURS }
    const means = await periodMeans(
      api.pool,
      rows.map(({ id }) => id),
      hours,
    )
    const idOf = new Map(rows.map(({ key, id, property }) => [`${key} ${property}`, id]))
    for (const [grade, pollutant] of ladders) {
      const ladder = LEVELS.map(
        (_, at) => means.get(idOf.get(`${keyOf(grade, pollutant, at)} ${pollutant}`) ?? -1)?.mean ?? -1,
      )
      expect(ladder).toEqual(ladder.toSorted((a, b) => a - b))
      expect(ladder[0]).toBeGreaterThanOrEqual(0)
    }
  })
})
