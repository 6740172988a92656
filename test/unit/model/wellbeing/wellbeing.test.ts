import { describe, expect, test } from 'vitest'
import { readWeights } from '#api/wellbeing/weights.ts'
import { combine, sensitivityOf } from '#model/wellbeing/sensitivity.ts'
import { rescale, sharesOf } from '#model/wellbeing/shares.ts'

describe('how much a question weighs', () => {
  const all = () => true
  const shares = (dimensions: Parameters<typeof sharesOf>[0], isAnswered: (item: number) => boolean = all) =>
    sharesOf(dimensions, isAnswered)?.map(({ item, share }) => [item, share])
  test('an answer m is 100 (m - 1) / 4: 1, 2, 3, 4, 5 are 0, 25, 50, 75, 100', () => {
    expect([1, 2, 3, 4, 5].map(rescale)).toEqual([0, 25, 50, 75, 100])
  })
  test('questions of a factor weigh alike, factors by their weight: 3 to 1 is 3/8, 3/8 and 1/4', () => {
    const factors = [
      { weight: 3, items: [0, 1] },
      { weight: 1, items: [2] },
      { weight: 9, items: [] },
      { weight: 0, items: [3] },
    ]
    expect(shares([{ weight: 5, factors }])).toEqual([
      [0, 3 / 8],
      [1, 3 / 8],
      [2, 1 / 4],
    ])
  })
  const of = (weight: number, item: number) => ({ weight, factors: [{ weight: 1, items: [item] }] })
  test('dimensions by theirs, and one of weight 0 is out: 2/3 and 1/3', () => {
    expect(shares([of(2, 0), of(1, 1), of(0, 2)])).toEqual([
      [0, 2 / 3],
      [1, 1 / 3],
    ])
  })
  test('at least half of the questions: one of two will do, one of three will not', () => {
    const first = (item: number): boolean => item === 0
    expect(shares([of(1, 0), of(3, 1)], first)).toEqual([[0, 1]])
    expect(shares([of(1, 0), of(1, 1), of(1, 2)], first)).toBeUndefined()
    expect(shares([of(0, 0)])).toBeUndefined()
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
