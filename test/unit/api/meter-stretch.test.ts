import { expect, test } from 'vitest'
import { joinedByMeter, type Stretch } from '#api/indicators/inputs/meter-stretch.ts'

/** The hour `at` of meter 1, from its readings in the order of time. */
const hour = (at: number, ...readings: number[]): Stretch => {
  const [first = 0, last = 0] = [readings[0], readings.at(-1)]
  return {
    ...{ id: 1, opening: { at, first, last, high: Math.max(...readings) }, end: { at, last } },
    ...{ correction: 0, resets: 0, hours: 1, n: readings.length, good: readings.length, suspect: 0 },
  }
}
/** From the last reading of the first hour to the last of all. */
const counted = ({ opening, end, correction }: Stretch): number => end.last - opening.last + correction
const only = (stretches: Stretch[]): Stretch => {
  const [one, more] = joinedByMeter(stretches)
  if (!one || more) throw new Error('one meter was expected')
  return one
}

test('differences of readings: 12 to 15 to 19 is 7', () => {
  expect(only([hour(0, 10, 12), hour(1, 13, 15), hour(2, 19)])).toMatchObject({
    ...{ correction: 0, resets: 0, hours: 3, n: 5, end: { at: 2, last: 19 } },
  })
  expect(counted(only([hour(0, 10, 12), hour(1, 13, 15), hour(2, 19)]))).toBe(7)
})

test('a restart between two hours: 12 to 15, then 0 to 4 is 3 + 4', () => {
  const stretch = only([hour(0, 10, 12), hour(1, 13, 15), hour(2, 0, 4)])
  expect(stretch.resets).toBe(1)
  expect(counted(stretch)).toBe(7)
})

test('a restart within an hour: 12 to 15, on to 18 and then from 0 to 4 is 6 + 4', () => {
  expect(counted(only([hour(0, 10, 12), hour(1, 13, 15), hour(2, 16, 18, 0, 4)]))).toBe(10)
})

test('a small step back is a corrected reading: 12 to 15 to 14 is 2', () => {
  expect(only([hour(0, 12), hour(1, 15), hour(2, 14)])).toMatchObject({ resets: 0, end: { last: 14 } })
})

test('a restart is found where two stretches meet, and wherever a period is cut the whole is the same', () => {
  const hours = [hour(0, 90), hour(1, 100), hour(2, 3), hour(3, 40, 0, 1), hour(4, 8), hour(5, 2), hour(6, 9)]
  // 10, then 3 from zero, up to 40 and 1 from zero, 7, 2 from zero, 7
  const whole = only(hours)
  expect([counted(whole), whole.resets]).toEqual([10 + 3 + (40 - 3) + 1 + 7 + 2 + 7, 3])
  for (let cut = 1; cut < hours.length; cut++) {
    const [left, right] = [only(hours.slice(0, cut)), only(hours.slice(cut))]
    expect(only([right, left])).toEqual(whole)
  }
})
