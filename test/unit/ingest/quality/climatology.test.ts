import { describe, expect, test } from 'vitest'
import { CLIMATOLOGY, climatologyTest, monthsOf } from '#ingest/quality/climatology.ts'
import { isPropertyName, PROPERTIES } from '#model/observation/properties.ts'

const JANUARY = Date.UTC(2026, 0, 15)
const JULY = Date.UTC(2026, 6, 15)
const CLIMATE = 1 << 1

describe('QARTOD test 5, climatology', () => {
  test.each([
    // Madrid, 40.4 N: 45 degrees in the sun of January are no air temperature, in July they are
    [40.4, JANUARY, 45, 3],
    [40.4, JULY, 45, 1],
    [40.4, JANUARY, -5, 1],
    [40.4, JULY, -5, 3],
    // Melbourne, 37.8 S: the other way round
    [-37.8, JANUARY, 45, 1],
    [-37.8, JULY, 45, 3],
    // Singapore has no seasons
    [1.3, JANUARY, 34, 1],
    [1.3, JANUARY, -10, 3],
  ])('at latitude %d, %d, %d degrees Celsius: %d', (latitude, ms, result, quality) => {
    const evaluation = climatologyTest('temperature', latitude, ms, result)
    expect(evaluation).toEqual({ quality, reasons: quality === 3 ? CLIMATE : 0 })
  })

  test('the bounds of a month pass, and it never fails', () => {
    const [low, high] = monthsOf('temperature', 50)?.[0] ?? [0, 0]
    for (const result of [low, high]) expect(climatologyTest('temperature', 50, JANUARY, result).quality).toBe(1)
    for (const result of [low - 0.1, high + 0.1, 1000])
      expect(climatologyTest('temperature', 50, JANUARY, result).quality).toBe(3)
  })

  test('irradiance: the extremely rare limit of Long and Dutton on 31 December at noon, 23.5 N', () => {
    // declination -23.1, zenith 46.6, mu 0.687, mu^1.2 0.637; Sa 1361 x 1.034 = 1407: 1407 x 1.2 x 0.637 + 50 = 1126,
    // and the first of the month is sunnier: 1152 (declination -21.8, mu 0.703, Sa 1401)
    expect(monthsOf('solar_irradiance', 40)?.[11]).toEqual([-10, 1160])
  })

  test('not evaluated for a property without months, or for a city without a position', () => {
    expect(climatologyTest('pm2_5', 40, JULY, 1e6)).toEqual({ quality: 2, reasons: 0 })
    expect(climatologyTest('temperature', undefined, JULY, 1e6)).toEqual({ quality: 2, reasons: 0 })
  })

  test('a month is never wider than the instrument, and every row names its source', () => {
    for (const { property, months, source } of CLIMATOLOGY) {
      expect(isPropertyName(property)).toBe(true)
      expect(source).not.toBe('')
      const [low, high] = PROPERTIES.get(property)?.grossRange ?? [0, 0]
      for (const [from, to] of months) expect([from < to, from >= low, to <= high]).toEqual([true, true, true])
    }
  })
})
