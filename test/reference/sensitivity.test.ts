import { describe, expect, test } from 'vitest'
import { randomisedHalton } from '#model/statistics/sensitivity/quasi-random.ts'
import { sobolIndices } from '#model/statistics/sensitivity/sobol-indices.ts'
import { sensitivityOf } from '#model/wellbeing/sensitivity.ts'

/**
 * Variance-based sensitivity against functions whose indices are known: Ishigami and Homma 1990, as in Saltelli and others,
 * Global Sensitivity Analysis: The Primer (2008), and the g function of Sobol', ibid. and Saltelli and others 2010.
 */
describe('Sobol indices', () => {
  test('Ishigami function, a = 7, b = 0.1: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437', () => {
    const angle = (x = 0): number => -Math.PI + 2 * Math.PI * x
    const found = sobolIndices(
      ([x, y, z]) => Math.sin(angle(x)) + 7 * Math.sin(angle(y)) ** 2 + 0.1 * angle(z) ** 4 * Math.sin(angle(x)),
      { inputs: 3, n: 4096 },
    )
    // a^2 / 8 + b pi^4 / 5 + b^2 pi^8 / 18 + 1 / 2, mean a / 2
    const variance = 49 / 8 + (0.1 * Math.PI ** 4) / 5 + (0.01 * Math.PI ** 8) / 18 + 0.5
    expect(Math.abs(found.mean - 3.5)).toBeLessThan(0.02)
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.02)
    const expected = [
      [0.3139, 0.5576],
      [0.4424, 0.4424],
      [0, 0.2437],
    ]
    for (const [i, { first, total }] of found.effects.entries()) {
      expect(Math.abs(first - (expected[i]?.[0] ?? 9))).toBeLessThan(0.02)
      expect(Math.abs(total - (expected[i]?.[1] ?? 9))).toBeLessThan(0.02)
    }
  })

  test('g function with a = 0, 1, 9: partial variances (1/3) / (1 + a)^2, total by the product', () => {
    const a = [0, 1, 9]
    const found = sobolIndices(
      (x) => a.reduce((product, ai, i) => product * ((Math.abs(4 * (x[i] ?? 0) - 2) + ai) / (1 + ai)), 1),
      { inputs: 3, n: 4096 },
    )
    const parts = a.map((ai) => 1 / 3 / (1 + ai) ** 2)
    const variance = parts.reduce((product, part) => product * (1 + part), 1) - 1
    for (const [i, { first, total }] of found.effects.entries()) {
      const others = parts.reduce((product, part, k) => (k === i ? product : product * (1 + part)), 1)
      expect(Math.abs(first - (parts[i] ?? 9) / variance)).toBeLessThan(0.02)
      expect(Math.abs(total - ((parts[i] ?? 9) * others) / variance)).toBeLessThan(0.02)
    }
  })

  test('a sum: shares of the squares, first and total the same, together 1', () => {
    const found = sobolIndices(([x = 0, y = 0, z = 0]) => x + 2 * y + 3 * z, { inputs: 3, n: 2048 })
    for (const [i, { first, total }] of found.effects.entries()) {
      expect(first).toBeCloseTo((i + 1) ** 2 / 14, 2)
      expect(total).toBeCloseTo((i + 1) ** 2 / 14, 2)
    }
  })

  test('the same seed gives the same points; 54 dimensions are each even', () => {
    expect(randomisedHalton(64, 5, 3)).toEqual(randomisedHalton(64, 5, 3))
    const points = randomisedHalton(1000, 54, 1)
    for (let k = 0; k < 54; k++) {
      const mean = points.reduce((total, point) => total + (point[k] ?? 0), 0) / 1000
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.02)
      expect(points.every((point) => (point[k] ?? -1) >= 0 && (point[k] ?? 1) < 1)).toBe(true)
    }
  })
})

describe('wellbeing index', () => {
  test('a sum with one weight to draw: all of the variance is its own', () => {
    // top two as linear, one dimension: neither the way of counting nor the weight of the dimension changes anything
    const found = sensitivityOf([
      {
        id: 'influences',
        weight: 1,
        factors: [
          { id: 'cost', weight: 1, linear: 80, topTwo: 80 },
          { id: 'usability', weight: 0, linear: 20, topTwo: 20 },
          { id: 'time_taken', weight: 2, linear: 40, topTwo: 40 },
        ],
      },
    ])
    const effect = (input: string) => found?.effects.find((one) => one.input === input)
    expect(found?.effects.map(({ input }) => input)).toEqual(['method', 'cost', 'time_taken'])
    expect(effect('method')?.total).toBeCloseTo(0, 6)
    // w 80 + (1 - w) 40 depends on the ratio of the two weights alone, each from 50 % to 150 %
    expect(effect('cost')?.first).toBeCloseTo(effect('time_taken')?.first ?? 9, 1)
    expect((effect('cost')?.first ?? 0) + (effect('time_taken')?.first ?? 0)).toBeGreaterThan(0.9)
  })

  test('ranks of zones: one that leads in everything does not move, two that swap by weight do', () => {
    const zone = (key: string, cost: number, connectivity: number) => ({
      key,
      dimensions: [
        { id: 'influences', weight: 1, factors: [{ id: 'cost', weight: 1, linear: cost, topTwo: cost }] },
        {
          id: 'environment',
          weight: 1,
          factors: [{ id: 'connectivity', weight: 1, linear: connectivity, topTwo: connectivity }],
        },
      ],
    })
    const zones = [zone('a', 90, 90), zone('b', 60, 41), zone('c', 40, 60)]
    const found = sensitivityOf(zones[0]?.dimensions ?? [], { zones })?.ranks
    expect(found?.zones.map(({ zone: key, rank }) => [key, rank])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
    const [a, b, c] = found?.zones ?? []
    expect(a).toMatchObject({ p5: 1, p95: 1, meanShift: 0 })
    expect(b).toMatchObject({ p5: 2, p95: 3 })
    expect(c).toMatchObject({ p5: 2, p95: 3 })
    // whenever b loses a place c gains one
    expect(b?.meanShift).toBeCloseTo(c?.meanShift ?? 9, 12)
    expect(found?.meanShift).toBeCloseTo((2 * (b?.meanShift ?? 9)) / 3, 12)
    const effect = (input: string) => found?.effects.find((one) => one.input === input)?.total ?? 0
    expect(effect('influences')).toBeGreaterThan(0.1)
    expect(effect('environment')).toBeGreaterThan(0.1)
  })
})
