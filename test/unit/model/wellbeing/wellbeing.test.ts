import { describe, expect, test } from 'vitest'
import { readWeights } from '#api/wellbeing/weights.ts'
import { dimensionScore, factorScore, indexScore } from '#model/wellbeing/person.ts'
import { combine, sensitivityOf } from '#model/wellbeing/sensitivity.ts'

describe('one person', () => {
  test('an answer m is 100 (m - 1) / 4: 1, 2, 3, 4, 5 are 0, 25, 50, 75, 100', () => {
    expect([1, 2, 3, 4, 5].map((m) => factorScore([m], [0]))).toEqual([0, 25, 50, 75, 100])
  })
  test('at least half of the items: one of two will do, one of three will not', () => {
    expect(factorScore([5, null], [0, 1])).toBe(100)
    expect(factorScore([5, null, null], [0, 1, 2])).toBeNull()
    expect(factorScore([null], [0])).toBeNull()
  })
  test('factors are weighed within their dimension: (3 x 100 + 1 x 0) / 4 = 75', () => {
    const factors = [
      { weight: 3, items: [0] },
      { weight: 1, items: [1] },
      { weight: 9, items: [] },
    ]
    expect(dimensionScore([5, 1], factors)).toBe(75)
  })
  test('the index weighs dimensions, and one of weight 0 is out: (2 x 75 + 1 x 0) / 3 = 50', () => {
    const of = (weight: number, item: number) => ({ weight, factors: [{ weight: 1, items: [item] }] })
    expect(indexScore([4, 1, 5], [of(2, 0), of(1, 1), of(0, 2)])).toBe(50)
    expect(indexScore([4, null, null], [of(1, 0), of(1, 1), of(1, 2)])).toBeNull()
  })
})

describe('sensitivity', () => {
  const factor = (linear: number, topTwo = linear) => ({ weight: 1, linear, topTwo })
  const two = [
    { weight: 1, factors: [factor(80, 90)] },
    { weight: 1, factors: [factor(20, 10)] },
  ]
  test('linear 50, top two 50, geometric sqrt(80 x 20) = 40', () => {
    expect(combine(two, 'linear')).toBeCloseTo(50, 12)
    expect(combine(two, 'top_two')).toBeCloseTo(50, 12)
    expect(combine(two, 'geometric')).toBeCloseTo(40, 12)
  })
  test('the same seed gives the same ranges, another seed others close by', () => {
    expect(sensitivityOf(two, { seed: 7 })).toEqual(sensitivityOf(two, { seed: 7 }))
    expect(sensitivityOf(two, { seed: 7 })).not.toEqual(sensitivityOf(two, { seed: 8 }))
  })
  test('no draw leaves what weights of 0.5 to 1.5 allow: linear 20 + 60 w, w from 1/4 to 3/4, and 90 and 10 for top two', () => {
    const found = sensitivityOf(two, { seed: 3 })
    expect(found?.minimum).toBeGreaterThanOrEqual(Math.min(35, 30, 20 ** 0.75 * 80 ** 0.25))
    expect(found?.maximum).toBeLessThanOrEqual(70)
    expect(found?.p5).toBeLessThan(found?.p95 ?? 0)
    expect(found?.byNormalisation.geometric).toBeLessThan(found?.byNormalisation.linear ?? 0)
  })
  test('where all factors agree nothing depends on weights; without any there is nothing', () => {
    const same = sensitivityOf([{ weight: 1, factors: [factor(60), factor(60)] }])
    expect([same?.minimum, same?.maximum]).toEqual([expect.closeTo(60, 9), expect.closeTo(60, 9)])
    expect(sensitivityOf([{ weight: 1, factors: [] }])).toBeNull()
  })
})

describe('weights', () => {
  test('what is named has its weight, the rest 1', () => {
    const weights = readWeights('cost:2, environment:0')
    expect([weights.of('cost'), weights.of('environment'), weights.of('usability')]).toEqual([2, 0, 1])
  })
  test.each(['price:1', 'cost', 'cost:', 'cost:-1', 'cost:11', 'cost:much'])('%s is refused', (text) => {
    expect(() => readWeights(text)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
  })
})
