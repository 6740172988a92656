import { expect, test } from 'vitest'
import { goalBody, progressOf } from '#model/indicators/goals.ts'

const at = (year: number, value: number) => ({ period: String(year), year, value })

test.each([
  // From 20 in 2020 to 10 in 2030. By 2025 a straight line is half way, at 15.
  ['half way is on course', 15, 0.5, 'on_course'],
  ['14 is further than the line', 14, 0.6, 'on_course'],
  ['17 is behind it', 17, 0.3, 'behind'],
  ['22 went the wrong way', 22, -0.2, 'wrong_way'],
  ['9 is below 10: reached', 9, 1.1, 'reached'],
] as const)('lower is better, %s', (_, value, share, status) => {
  const progress = progressOf({ target: 10, targetYear: 2030 }, 'lower', at(2020, 20), at(2025, value))
  expect(progress.status).toBe(status)
  expect(progress.share).toBeCloseTo(share, 12)
  if (status !== 'reached') expect(progress.expected).toBe(0.5)
})

test('higher is better: 60 of a target of 50 is reached, whatever the baseline was', () => {
  expect(progressOf({ target: 50, targetYear: 2030 }, 'higher', null, at(2025, 60)).status).toBe('reached')
})

test('without a value, a baseline or time between them nothing is said', () => {
  const goal = { target: 50, targetYear: 2030 }
  expect(progressOf(goal, 'higher', at(2020, 10), null).status).toBe('not_known')
  expect(progressOf(goal, 'higher', null, at(2025, 10)).status).toBe('not_known')
  expect(progressOf(goal, 'higher', at(2025, 10), at(2025, 10)).status).toBe('not_known')
})

test.each([
  [{ target: 5 }, 'targetYear'],
  [{ targetYear: 2030 }, 'targetYear'],
  [{ target: 5, targetYear: 2030, baselineYear: 2031 }, 'baselineYear'],
])('%j is refused for its %s', (body, field) => {
  expect(goalBody.safeParse(body).error?.issues[0]?.path).toEqual([field])
})
