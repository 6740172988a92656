import { describe, expect, test } from 'vitest'
import { BARKJOHN, correctionOf, KAPPA_KOEHLER } from '#ingest/quality/corrections.ts'
import { HourlyMoments } from '#ingest/quality/hourly-moments.ts'
import { RULES, rulesOf, WARM_UP_SECONDS } from '#ingest/quality/rules.ts'
import { standardDeviation } from '#ingest/quality/tests.ts'
import { isPropertyName, propertyOf } from '#model/observation/properties.ts'

describe('rules as data', () => {
  test.each(RULES.map((row) => [`${row.property} ${row.grade ?? ''}`, row] as const))('%s', (_, row) => {
    expect(isPropertyName(row.property)).toBe(true)
    expect(row.source).not.toBe('')
    if (row.spike) expect(row.spike.low).toBeLessThan(row.spike.high)
    if (row.flat) expect(row.flat.suspectSeconds).toBeLessThan(row.flat.failSeconds)
    // whatever is judged from the database has read far enough back
    expect(row.flat?.failSeconds ?? 0).toBeLessThan(WARM_UP_SECONDS)
    if (row.spike && isPropertyName(row.property))
      expect(row.spike.high).toBeLessThan(propertyOf(row.property).grossRange[1])
  })
  test('a row of a grade goes before the one for all; every meter can be stuck; the rest has no history', () => {
    expect(rulesOf('pm2_5', 'low_cost')?.flat?.suspectSeconds).toBe(6 * 3600)
    expect(rulesOf('pm2_5', 'reference')?.flat?.suspectSeconds).toBe(2 * 3600)
    expect(rulesOf('water_volume', 'unknown')).toEqual({ stuck: { readings: 24, seconds: 172_800 } })
    for (const property of ['bikes_available', 'constructor', 'nonsense'])
      expect(rulesOf(property, 'unknown')).toBeUndefined()
  })
})

describe('corrections of particles for humidity', () => {
  test.each([
    // 0.524 x 20 - 0.0862 x 60 + 5.75 = 10.48 - 5.172 + 5.75
    [20, 60, 11.058],
    [100, 30, 55.564],
    // 0.524 - 8.62 + 5.75 is below zero
    [1, 100, 0],
  ])('Barkjohn: %d at %d %% is %d', (raw, humidity, corrected) =>
    expect(BARKJOHN.apply(raw, humidity)).toBeCloseTo(corrected, 9),
  )
  test.each([
    // 1 + (0.4 / 1.65) / (1 / 0.8 - 1) = 1.969697
    [20, 80, 10.153846],
    [20, 0, 20],
    // as at 95 %: 1 + 0.242424 / 0.0526316 = 5.606061
    [20, 100, 3.567568],
  ])('kappa-Koehler: %d at %d %% is %d', (raw, humidity, corrected) =>
    expect(KAPPA_KOEHLER.apply(raw, humidity)).toBeCloseTo(corrected, 5),
  )
  test('what was fitted to one sensor is not used for another', () => {
    expect(correctionOf('pm2_5', 'cf_1', true)).toBe(BARKJOHN)
    expect(correctionOf('pm2_5', '', true)).toBeUndefined()
    expect(correctionOf('pm10', 'cf_1', true)).toBeUndefined()
    expect(correctionOf('pm2_5', '', false)).toBe(KAPPA_KOEHLER)
  })
})

describe('the deviation of the last hours', () => {
  test('is that of the results themselves, by clock hours', () => {
    const HOUR = 3_600_000
    const moments = new HourlyMoments(25)
    const values = Array.from({ length: 40 }, (_, n) => 1e6 + ((n * 7) % 11))
    for (const [n, value] of values.entries()) moments.add(n * HOUR, value)
    // at hour 40 the window begins with hour 16
    expect(moments.count(40 * HOUR)).toBe(24)
    expect(moments.deviation()).toBeCloseTo(standardDeviation(values.slice(16)), 6)
    expect(moments.count(100 * HOUR)).toBe(0)
    expect(moments.deviation()).toBe(0)
  })
})
