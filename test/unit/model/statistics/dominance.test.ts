import { expect, test } from 'vitest'
import { isDominated } from '#model/statistics/disclosure/dominance.ts'

/** The p % rule by hand: Hundepool and others, Statistical Disclosure Control (2012), ch. 4.2.2. */
test('p % rule: 1000, 500 and eight of 10: the others are 80, less than 10 % of the largest', () => {
  expect(isDominated([1000, 500, ...Array.from({ length: 8 }, () => 10)])).toBe(true)
})

test('three of 100 and seven of 90: nobody is alone at the top', () => {
  expect(isDominated([100, 100, 100, ...Array.from({ length: 7 }, () => 90)])).toBe(false)
})

test('the total leaves room, the spread does not: 30 and nine of 20 give the 30 away exactly', () => {
  // total less the two largest: 160, more than 3; but nine equal amounts leave one possible largest
  expect(isDominated([30, ...Array.from({ length: 9 }, () => 20)])).toBe(true)
})

test('amounts that spread evenly: 10, 20 to 100', () => {
  // the second largest (90) knows of the nine others: sum 460, squares 30,400; at most (460 + sqrt(8 (9 x 30400 - 460^2))) / 9 = 129
  expect(isDominated(Array.from({ length: 10 }, (_, i) => 10 * (i + 1)))).toBe(false)
})

test('amounts below 0 are guarded at both ends', () => {
  expect(isDominated([-30, ...Array.from({ length: 9 }, () => -20)])).toBe(true)
})
