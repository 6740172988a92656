import { expect, test } from 'vitest'
import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { pairedChange, uncertaintyOf } from '#model/indicators/uncertainty.ts'

type Place = { value: number | null; weight?: number; cluster?: string; ref?: string }
const mean = (...places: Place[]): Evidence =>
  node(
    { label: 'mean', unit: 'ug/m3', method: 'weighted_mean', origin: 'measured' },
    places.map((place, i) => leaf({ label: 'place', unit: 'ug/m3', origin: 'measured', ref: `place ${i}`, ...place })),
  )

test('weights 1, 1, 2 with 8, 12, 14: mean 12, variance 3/2 x (16 + 0 + 16) / 16 = 3, t(2) = 4.302653', () => {
  const found = uncertaintyOf(mean({ value: 8 }, { value: 12 }, { value: 14, weight: 2 }))
  expect(found).toMatchObject({ method: 'between_inputs', degreesOfFreedom: 2 })
  expect(found?.standardError).toBeCloseTo(Math.sqrt(3), 9)
  expect(found?.interval[1]).toBeCloseTo(12 + 4.302653 * Math.sqrt(3), 5)
})

test('two instruments of one station are one place: 8 and 12 against 14 is 16/9 with one degree of freedom', () => {
  // mean 34/3; sums of w (x - mean): station a 8 + 12 - 68/3 = -8/3, b 8/3; 2 x 2 x (8/9)^2 = 256/81
  const found = uncertaintyOf(
    mean({ value: 8, cluster: 'a' }, { value: 12, cluster: 'a' }, { value: 14, cluster: 'b' }),
  )
  expect(found?.degreesOfFreedom).toBe(1)
  expect(found?.standardError).toBeCloseTo(16 / 9, 9)
})

test('one place, a missing value, or another method has none', () => {
  expect(uncertaintyOf(mean({ value: 8 }))).toBeUndefined()
  expect(uncertaintyOf(mean({ value: 8 }, { value: null }))).toBeUndefined()
  expect(uncertaintyOf({ ...mean({ value: 8 }, { value: 9 }), method: 'mean' })).toBeUndefined()
})

test('a change is paired only over the same places with the same weights', () => {
  const before = mean({ value: 8 }, { value: 12 })
  expect(pairedChange(before, mean({ value: 9 }, { value: 15 }))).toMatchObject({ value: 2, degreesOfFreedom: 1 })
  expect(pairedChange(before, mean({ value: 9 }, { value: 15, ref: 'elsewhere' }))).toBeUndefined()
  expect(pairedChange(before, mean({ value: 9 }, { value: 15, weight: 2 }))).toBeUndefined()
  expect(pairedChange(before, mean({ value: 9 }))).toBeUndefined()
  expect(pairedChange(null, before)).toBeUndefined()
})
