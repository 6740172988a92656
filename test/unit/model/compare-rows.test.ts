import fc from 'fast-check'
import { expect, test } from 'vitest'
import { correctedRows, effectOf, indicatorRow, type UncorrectedRow } from '#model/compare/rows.ts'
import type { DataPointValue } from '#model/indicators/catalogue/schema.ts'

const seed = 20261130
const about = { indicator: { code: 'A', name: 'A', dataPoints: [] }, point: { id: '', name: '' } }
const value = (figure: { value: number; standardError: number | null }): DataPointValue => ({
  ...{ dataPoint: '', name: '', unit: '%', interval: null, score: null, own: null, origin: 'measured' },
  ...{ simulated: false, dataCapture: null, n: null, missing: null, evidence: null },
  ...figure,
})
const figure = fc.record({
  value: fc.double({ min: 1, max: 99, noNaN: true }),
  standardError: fc.double({ min: 0.01, max: 9, noNaN: true }),
})

test('exchanging the two sides turns every difference round and leaves p as it is', () => {
  fc.assert(
    fc.property(figure, figure, (a, b) => {
      const there = indicatorRow(about, { a: value(a), b: value(b) }, undefined).difference
      const back = indicatorRow(about, { a: value(b), b: value(a) }, undefined).difference
      expect(there?.value).toBeCloseTo(-(back?.value ?? 0), 9)
      expect(there?.lower).toBeCloseTo(-(back?.upper ?? 0), 9)
      expect(there?.p).toBeCloseTo(back?.p ?? 0, 12)
      // p is below 0.05 exactly where the 95 % interval leaves out zero
      expect((there?.p ?? 1) < 0.05).toBe((there?.lower ?? 0) > 0 || (there?.upper ?? 0) < 0)
    }),
    { seed },
  )
})

test('80 +- 3 and 85 +- 4: 5, standard error 5, z 1, p 0.3173 (R: 2 * pnorm(-1))', () => {
  const sides = { a: value({ value: 80, standardError: 3 }), b: value({ value: 85, standardError: 4 }) }
  const row = indicatorRow(about, sides, undefined)
  expect(row).toMatchObject({ method: 'normal', untested: null, difference: { value: 5, standardError: 5 } })
  expect(row.difference?.p).toBeCloseTo(0.3173105, 7)
  expect(row.effect).toEqual({ kind: 'relative', value: 0.0625 })
})

test('without a standard error, or where the two must not be compared, there is no difference', () => {
  const sides = { a: value({ value: 80, standardError: null }), b: value({ value: 85, standardError: 4 }) }
  expect(indicatorRow(about, sides, undefined)).toMatchObject({ difference: null, untested: 'uncertainty_unknown' })
  expect(indicatorRow(about, sides, 'partial')).toMatchObject({ difference: null, effect: null, untested: 'partial' })
})

test('correction never lowers a p-value, and rows without a test have none', () => {
  const p = fc.option(fc.double({ min: 0, max: 1, noNaN: true }))
  fc.assert(
    fc.property(fc.array(p, { maxLength: 20 }), (ps) => {
      const rows = ps.map((one, i) => ({ id: `${i}`, difference: one === null ? null : { p: one } }))
      const found = correctedRows(rows as UncorrectedRow[])
      for (const [i, { difference }] of found.entries()) {
        const own = ps[i] ?? null
        expect(difference === null).toBe(own === null)
        if (difference) {
          expect(difference.adjustedP).toBeGreaterThanOrEqual(own ?? 0)
          expect(difference.significant).toBe(difference.adjustedP <= 0.05)
        }
      }
    }),
    { seed },
  )
})

test('Cohen’s h of 0.5 and 1 is pi / 2', () => {
  expect(effectOf(0.5, 1, true)?.value).toBeCloseTo(Math.PI / 2, 12)
  expect(effectOf(0, 5, false)).toBeNull()
})
