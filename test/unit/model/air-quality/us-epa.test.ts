import { describe, expect, test } from 'vitest'
import { nowCast, runningMean } from '#model/air-quality/nowcast.ts'
import { isBeyondTable, toUsUnit, truncate, usSubIndex } from '#model/air-quality/us-epa.ts'
import { propertyOf } from '#model/observation/properties.ts'
import { toCanonical } from '#model/observation/units.ts'

describe('worked examples of the EPA Technical Assistance Document (EPA-454/B-24-002)', () => {
  test('8-hour ozone of 0.07853333 ppm is cut to 0.078 and gives 126', () => {
    expect(usSubIndex('o3_8h', 0.07853333)).toEqual({ value: 126, category: 'unhealthy_sensitive' })
  })

  test('several pollutants: ozone 0.073 ppm gives 108, PM2.5 35.9 ug/m3 gives 102, CO 8.4 ppm gives 90', () => {
    expect(usSubIndex('o3_8h', 0.073)?.value).toBe(108)
    expect(usSubIndex('pm2_5_24h', 35.9)?.value).toBe(102)
    expect(usSubIndex('co_8h', 8.4)?.value).toBe(90)
  })
})

describe('breakpoints of table 6: both ends of each row give both ends of its index', () => {
  const ends: [Parameters<typeof usSubIndex>[0], number, number][] = [
    ['pm2_5_24h', 0, 0],
    ['pm2_5_24h', 9.0, 50],
    ['pm2_5_24h', 9.1, 51],
    ['pm2_5_24h', 35.4, 100],
    ['pm2_5_24h', 35.5, 101],
    ['pm2_5_24h', 55.4, 150],
    ['pm2_5_24h', 55.5, 151],
    ['pm2_5_24h', 125.4, 200],
    ['pm2_5_24h', 125.5, 201],
    ['pm2_5_24h', 225.4, 300],
    ['pm2_5_24h', 225.5, 301],
    ['pm2_5_24h', 325.4, 500],
    ['pm10_24h', 54, 50],
    ['pm10_24h', 55, 51],
    ['pm10_24h', 154, 100],
    ['pm10_24h', 254, 150],
    ['pm10_24h', 354, 200],
    ['pm10_24h', 424, 300],
    ['pm10_24h', 604, 500],
    ['o3_8h', 0.054, 50],
    ['o3_8h', 0.055, 51],
    ['o3_8h', 0.07, 100],
    ['o3_8h', 0.085, 150],
    ['o3_8h', 0.105, 200],
    ['o3_8h', 0.2, 300],
    ['o3_1h', 0.125, 101],
    ['o3_1h', 0.164, 150],
    ['o3_1h', 0.204, 200],
    ['o3_1h', 0.404, 300],
    ['o3_1h', 0.604, 500],
    ['co_8h', 4.4, 50],
    ['co_8h', 9.4, 100],
    ['co_8h', 12.4, 150],
    ['co_8h', 15.4, 200],
    ['co_8h', 30.4, 300],
    ['co_8h', 50.4, 500],
    ['so2_1h', 35, 50],
    ['so2_1h', 75, 100],
    ['so2_1h', 185, 150],
    ['so2_1h', 304, 200],
    ['so2_24h', 604, 300],
    ['no2_1h', 53, 50],
    ['no2_1h', 100, 100],
    ['no2_1h', 360, 150],
    ['no2_1h', 649, 200],
    ['no2_1h', 1249, 300],
    ['no2_1h', 2049, 500],
  ]
  test.each(ends)('%s %f is %i', (metric, concentration, expected) => {
    expect(usSubIndex(metric, concentration)?.value).toBe(expected)
  })
})

describe('edges', () => {
  test('between two rows the cut decides: 9.05 is 9.0, 35.49 is 35.4', () => {
    expect(usSubIndex('pm2_5_24h', 9.05)?.value).toBe(50)
    expect(usSubIndex('pm2_5_24h', 35.49)?.value).toBe(100)
  })
  test('beyond the last row the index stays at 500', () => {
    expect(usSubIndex('pm2_5_24h', 800)).toEqual({ value: 500, category: 'hazardous' })
  })
  test.each([
    ['o3_1h', 0.1],
    ['so2_24h', 100],
    ['pm10_24h', -1],
    ['pm10_24h', Number.NaN],
  ] as const)('%s of %f is blank in the table', (metric, concentration) => {
    expect(usSubIndex(metric, concentration)).toBeUndefined()
  })
  // Notes to table 6: 8-hour ozone defines no index above 300, 1-hour SO2 none above 200. The index is at least that.
  test.each([
    ['o3_8h', 0.2, 300, false],
    ['o3_8h', 0.201, 300, true],
    ['o3_8h', 5, 300, true],
    ['so2_1h', 304, 200, false],
    ['so2_1h', 305, 200, true],
    ['so2_1h', 4000, 200, true],
    ['pm2_5_24h', 326, 500, true],
  ] as const)('%s of %f is at least %i (beyond the table: %s)', (metric, concentration, value, beyond) => {
    expect(usSubIndex(metric, concentration)?.value).toBe(value)
    expect(isBeyondTable(metric, concentration)).toBe(beyond)
  })
  test('cutting is not fooled by binary fractions', () => {
    expect(truncate(0.1 + 0.2, 1)).toBe(0.3)
    expect(truncate(1.005 * 1000, 0)).toBe(1005)
  })
})

test.each([
  ['no2_1h', 'no2', '[ppb]', 53],
  ['so2_1h', 'so2', '[ppb]', 75],
  ['o3_8h', 'o3', '[ppm]', 0.07],
  ['co_8h', 'co', '[ppm]', 9.4],
] as const)('%s: what an analyser reports as a mixing ratio comes back unchanged', (metric, name, unit, value) => {
  const stored = toCanonical(value, unit, propertyOf(name))
  expect(toUsUnit(metric, stored ?? Number.NaN)).toBeCloseTo(value, 10)
})

describe('NowCast', () => {
  test('EPA’s example: 13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50 (newest first) gives 17.4', () => {
    expect(truncate(nowCast([13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50]) ?? Number.NaN, 1)).toBe(17.4)
  })
  test('steady air gives the plain mean', () => {
    expect(nowCast(new Array<number>(12).fill(20))).toBeCloseTo(20, 12)
  })
  test('weights by hand: 20, 16 with w = 0.8 gives (20 + 0.8 * 16) / 1.8 = 18.2222', () => {
    expect(nowCast([20, 16])).toBeCloseTo(18.2222, 4)
  })
  test('a gap keeps its place: 20, -, 10 with w = 0.5 gives (20 + 0.25 * 10) / 1.25 = 18', () => {
    expect(nowCast([20, null, 10])).toBeCloseTo(18, 12)
  })
  test('two of the newest three hours are needed', () => {
    expect(nowCast([20, null, null, 10, 10, 10])).toBeUndefined()
    expect(nowCast([null, 20, 10])).toBeDefined()
    expect(nowCast([])).toBeUndefined()
  })
  test('hours of zero give zero', () => {
    expect(nowCast([0, 0, 0])).toBe(0)
  })
})

test('a running mean needs enough hours', () => {
  expect(runningMean([1, 2, 3, 4, 5, 6], 8, 6)).toBe(3.5)
  expect(runningMean([1, 2, 3, 4, 5], 8, 6)).toBeUndefined()
})
