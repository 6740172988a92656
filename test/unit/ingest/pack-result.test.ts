import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packResult, ResultPacker } from '#ingest/commit/packed-result.ts'

describe('packResult', () => {
  test.each([
    [12.3, 123, 10],
    [-0.05, -5, 100],
    [40_000, 40_000, 1],
    [0, 0, 1],
    // in IEEE 754 double precision 0.1 + 0.2 is 5404319552844596 / 2^54, and a third 6004799503160661 / 2^54
    [0.1 + 0.2, 5_404_319_552_844_596 / 4, 2 ** 52],
    [1 / 3, 6_004_799_503_160_661, 2 ** 54],
    [2 ** 53 * 1024, 2 ** 53, 2 ** -10],
  ])('%d is %d / %d', (result, scaled, divisor) => {
    expect(packResult(result)).toEqual({ scaled, divisor })
  })

  test('as many decimals as the neighbours have', () => {
    expect(packResult(12, 1)).toEqual({ scaled: 120, divisor: 10 })
  })

  test('gives back the very same number, with a divisor that float4 holds', () => {
    const measured = fc.double({ noNaN: true, min: -1e50, max: 1e50 }).filter((x) => x === 0 || Math.abs(x) > 1e-18)
    const decimal = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 9 })).map(([n, d]) => n / 10 ** d)
    fc.assert(
      fc.property(fc.oneof(measured, decimal), fc.integer({ min: 0, max: 6 }), (result, decimals) => {
        const { scaled, divisor } = packResult(result, decimals)
        expect(scaled / divisor).toBe(result + 0)
        expect(Number.isSafeInteger(scaled) || Math.abs(scaled) === 2 ** 53).toBe(true)
        expect(Math.fround(divisor)).toBe(divisor)
      }),
      { numRuns: 20_000, seed: 3 },
    )
  })
})

describe('ResultPacker', () => {
  test('keeps to the most decimals a Datastream has shown, each its own', () => {
    const packer = new ResultPacker()
    expect([12, 12.3, 12, 12.25].map((result) => packer.pack(1, result).divisor)).toEqual([1, 10, 10, 100])
    expect(packer.pack(2, 12).divisor).toBe(1)
    expect(packer.pack(1, 12).divisor).toBe(100)
  })

  test('a value with the digits of a computation does not make its neighbours longer', () => {
    const packer = new ResultPacker()
    packer.pack(1, 12.3)
    packer.pack(1, 1 / 3)
    packer.pack(1, 0.123456789)
    expect(packer.pack(1, 12.4).divisor).toBe(10)
  })
})
