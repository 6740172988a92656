import { expect, test } from 'vitest'
import { leaf, node } from '#model/indicators/evidence.ts'
import { recompute } from '#model/indicators/recompute.ts'

const stated = (value: number | null, weight?: number) =>
  leaf({ label: 'x', unit: '1', origin: 'measured', value, ...(weight !== undefined && { weight }) })
const by = (method: string, ...values: (number | null)[]) =>
  recompute({
    label: 'x',
    unit: '1',
    origin: 'measured',
    version: 1,
    method,
    value: null,
    inputs: values.map((value) => stated(value)),
  })

test.each([
  ['sum', [1, 2, 4], 7],
  ['mean', [1, 2, 6], 3],
  ['maximum', [1, 9, 6], 9],
  ['count', [5, 5, 5], 3],
  ['difference', [12, 10], 2],
  ['difference', [5, 90, 100], 15],
  ['product', [2, 3, 4], 24],
  ['ratio', [3, 4], 0.75],
  ['percent', [3, 4], 75],
  ['per_100000', [3, 4000], 75],
] as const)('%s of %j is %f', (method, values, expected) => {
  expect(by(method, ...values)).toBe(expected)
})

test('weighted mean: (1 * 10 + 3 * 30) / 4 = 25; without a weight an input counts once', () => {
  const head = { label: 'x', unit: '1', origin: 'measured', method: 'weighted_mean' } as const
  expect(node(head, [stated(10, 1), stated(30, 3)]).value).toBe(25)
  expect(node(head, [stated(10), stated(30)]).value).toBe(20)
})

test('what suspect observations would change goes up the tree: (20 + 30) / 10 = 5 next to (10 + 30) / 10 = 4', () => {
  const head = { label: 'x', unit: '1', origin: 'measured' } as const
  const total = node({ ...head, method: 'sum' }, [{ ...stated(10), withSuspect: 20 }, stated(30)])
  expect(node({ ...head, method: 'ratio' }, [total, stated(10)])).toMatchObject({ value: 4, withSuspect: 5 })
  expect(node({ ...head, method: 'sum' }, [stated(10)])).not.toHaveProperty('withSuspect')
})

test('a leaf is its value; nothing follows from a missing leaf or from a denominator of zero', () => {
  expect(recompute(stated(4.2))).toBe(4.2)
  expect(by('sum', 1, null)).toBeNull()
  expect(by('ratio', 1, 0)).toBeNull()
})

test('a method that nobody knows is an error, not a guess', () => {
  expect(() => by('magic', 1)).toThrow('magic')
})
