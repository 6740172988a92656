import { expect, test } from 'vitest'
import { correctedTogether, type Tested } from '#api/equity/family.ts'
import type { Exposure } from '#model/api/equity.ts'

const group = (key: string): Exposure['groups'][number] => ({
  ...{ key, label: key, value: 1, standardError: 1, lower: 0, upper: 2, n: 50, share: 0.5 },
  gap: { value: 1, lower: 0.1, upper: 1.9 },
  significant: null,
})
/** A measure with two groups: p of each gap to everybody, and of the one pair. */
const measure = (id: string, gaps: [number, number], pair: number): Tested => ({
  exposure: {
    ...{ id, name: id, kind: 'burden', unit: '1', source: id, everybody: 1, zonesWithValue: 3, covered: 1 },
    ...{ groups: [group('a'), group('b')], widest: null, concentration: null },
  },
  gaps,
  labels: ['A', 'B'],
  pairs: [
    {
      ...{ a: 0, b: 1, p: pair, adjustedP: pair },
      gap: { value: 2, standardError: 1, lower: 0.1, upper: 3.9, degreesOfFreedom: 50, n: 100 },
    },
  ],
})

// R: p.adjust(c(0.03, 0.04, 0.004, 0.5), 'holm') is 0.09 0.09 0.016 0.5; p.adjust(c(0.03, 0.04), 'holm') is 0.06 0.06
test('measures of one answer are tested together: 0.03 is significant alone and not among four', () => {
  const found = correctedTogether([measure('air', [0.03, 0.04], 0.03), measure('noise', [0.004, 0.5], 0.04)])
  expect(found.map(({ groups }) => groups.map(({ significant }) => significant))).toEqual([
    [false, false],
    [true, false],
  ])
  expect(found.map(({ widest }) => [widest?.adjustedP, widest?.significant, widest?.comparisons])).toEqual([
    [0.06, false, 2],
    [0.06, false, 2],
  ])
  expect(found[0]?.widest).toMatchObject({ group: 'A', against: 'B', p: 0.03 })
  const [alone] = correctedTogether([measure('air', [0.03, 0.02], 0.03)])
  expect(alone?.groups.map(({ significant }) => significant)).toEqual([true, true])
  expect(alone?.widest).toMatchObject({ adjustedP: 0.03, significant: true })
})
