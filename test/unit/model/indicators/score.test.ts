import { describe, expect, test } from 'vitest'
import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import { aggregate, bandOf, groupScores, performance, scoreOf, shownScore } from '#model/indicators/score.ts'

const broadband = indicatorOf('EC:ICT:ICT:2C')
const score = (value: number) => {
  const point = broadband?.dataPoints[0]
  return broadband && point ? scoreOf(broadband, point, value) : null
}

describe('the worked example that U4SSC prints: fixed broadband, reference 60 %', () => {
  test.each([
    [84.51, '95+', 4],
    [60, '95+', 4],
    [57.01, '95+', 4],
    [57.0, '66-95', 3],
    [45, '66-95', 3],
    [39.6, '66-95', 3],
    [39.59, '33-66', 2],
    [19.8, '33-66', 2],
    [19.79, '0-33', 1],
    [0, '0-33', 1],
  ] as const)('%f %% is in band %s, %i points', (value, band, points) => {
    expect(score(value)).toMatchObject({ band, points, benchmark: 60, basis: 'u4ssc' })
  })
  test('above the reference is capped', () => {
    expect(score(84.51)?.performance).toBe(100)
  })
})

describe('aggregation as printed', () => {
  test('1, 3, 4, 1 give 9 of 16: 56.25 %, band 33-66', () => {
    expect(aggregate([1, 3, 4, 1])).toEqual({ score: 56.25, band: '33-66' })
  })
  test('3, 4, 2 with one unreported give 9 of 12: 75 %, band 66-95', () => {
    expect(aggregate([3, 4, 2])).toEqual({ score: 75, band: '66-95' })
  })
  test('the lowest score with data is 25 %; without data there is none', () => {
    expect(aggregate([1, 1])).toEqual({ score: 25, band: '0-33' })
    expect(aggregate([])).toBeNull()
  })
})

describe('rules of our own', () => {
  test('lower is better: 5 of 20 is 25 %, below the benchmark is 100 %, nothing at all is 100 %', () => {
    expect(performance(20, 5, 'lower')).toBe(25)
    expect(performance(4, 5, 'lower')).toBe(100)
    expect(performance(0, 5, 'lower')).toBe(100)
    expect(performance(0, 0, 'lower')).toBe(100)
    expect(performance(3, 0, 'lower')).toBe(0)
  })
  test('two-sided: 0.8 and 1.25 are equally far from parity', () => {
    expect(performance(0.8, 1, 'two_sided')).toBe(80)
    expect(performance(1.25, 1, 'two_sided')).toBe(80)
    expect(performance(0, 1, 'two_sided')).toBe(0)
  })
  test('yes or no', () => {
    expect(performance(1, 1, 'yes_no')).toBe(100)
    expect(performance(0, 1, 'yes_no')).toBe(0)
  })
  test('no direction, no score', () => {
    expect(performance(40, 50, 'none')).toBeUndefined()
  })
  test('a rule of ours is labelled so even where U4SSC named the level: travel time index', () => {
    const index = indicatorOf('EC:I:T:5A')
    const point = index?.dataPoints[0]
    expect(index && point && scoreOf(index, point, 1.5)).toMatchObject({ points: 4, basis: 'citywell' })
  })
  test('without a benchmark there is no score: public Wi-Fi', () => {
    const wifi = indicatorOf('EC:ICT:ICT:5A')
    const point = wifi?.dataPoints[0]
    expect(wifi && point && scoreOf(wifi, point, 78)).toBeNull()
  })
})

test('a bound reached by a division that binary fractions bend stays on its bound', () => {
  // 100 * 0.33 / 1 and 100 * (0.1 + 0.2 + 0.65) / 1 are not exactly 33 and 95 in binary
  expect(bandOf(100 * (0.1 + 0.2 + 0.03)).band).toBe('33-66')
  expect(bandOf(100 * (0.1 + 0.2 + 0.65)).band).toBe('66-95')
})

test('groups: what is not reported is left out of the score and told next to it', () => {
  const indicators = ['EC:ICT:ICT:1C', 'EC:ICT:ICT:2C', 'EC:ICT:ICT:3C'].flatMap((code) => indicatorOf(code) ?? [])
  const values = [90, 20, null]
  const scored = indicators.map((indicator, i) => {
    const value = values[i] ?? null
    const point = indicator.dataPoints[0]
    return { indicator, values: [{ value, score: point ? scoreOf(indicator, point, value) : null }] }
  })
  // 90 of 100 is 3 points, 20 of 60 is 2 points: 5 of 8.
  const city = groupScores(scored)[0]
  expect(city).toEqual({
    name: 'City',
    level: 'city',
    parent: null,
    score: 62.5,
    band: '33-66',
    points: 5,
    scored: 2,
    reported: 2,
    dataPoints: 3,
  })
})

test('a score over fewer than half of its data points is not shown', () => {
  const group = { name: 'City', level: 'city' as const, parent: null, band: null, points: 0, reported: 91 }
  const shown = (scored: number) => shownScore({ ...group, score: 88, scored, dataPoints: 91 })
  // half of 91 is 45.5
  expect([12, 45, 46, 91].map(shown)).toEqual([null, null, 88, 88])
  expect(shownScore({ ...group, score: null, scored: 0, dataPoints: 0 })).toBeNull()
})
