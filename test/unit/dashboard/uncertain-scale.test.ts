import { describe, expect, test } from 'vitest'
import { luminance } from '#dashboard/src/map/colours/palette.ts'
import { shareScaleOf } from '#dashboard/src/map/colours/scales.ts'
import { levelOf, uncertainColourOf, uncertainScale } from '#dashboard/src/map/colours/uncertain-scale.ts'

/** Correll, Moritz, Heer 2018: with each level of uncertainty fewer values have a colour of their own. */
describe('colours of uncertain values', () => {
  const scale = uncertainScale(shareScaleOf([0.1, 0.3, 0.5, 0.7, 0.9]), [0.1, 0.2])
  const values = Array.from({ length: 101 }, (_, i) => i / 100)
  const coloursAt = (level: 0 | 1 | 2) => new Set(values.map((value) => String(uncertainColourOf(scale, value, level))))

  test('five classes, three, one', () => {
    expect([0, 1, 2].map((level) => coloursAt(level as 0 | 1 | 2).size)).toEqual([5, 3, 1])
  })
  test('values that have one colour keep one colour when they are less certain', () => {
    for (const [i, a] of values.entries())
      for (const b of values.slice(i + 1)) {
        const same = (level: 0 | 1 | 2): boolean =>
          String(uncertainColourOf(scale, a, level)) === String(uncertainColourOf(scale, b, level))
        if (same(0)) expect([same(1), same(2)], `${a} and ${b}`).toEqual([true, true])
      }
  })
  test('the order of lightness is kept', () => {
    const lightness = values.map((value) => luminance(uncertainColourOf(scale, value, 1)))
    expect(lightness).toEqual(lightness.toSorted((a, b) => b - a))
  })
  test('a level begins at its width', () => {
    expect([0, 0.099, 0.1, 0.199, 0.2, 1].map((width) => levelOf([0.1, 0.2], width))).toEqual([0, 0, 1, 1, 2, 2])
  })
})
