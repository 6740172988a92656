import { expect, test } from 'vitest'
import { incompleteBeta, logGamma, tProbability, tQuantile } from '#model/statistics/inference/student-t.ts'

// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values of Student's t (three decimals).
test.each([
  [0.975, 1, 12.706],
  [0.975, 2, 4.303],
  [0.975, 5, 2.571],
  [0.975, 10, 2.228],
  [0.975, 30, 2.042],
  [0.975, 100, 1.984],
  [0.95, 1, 6.314],
  [0.95, 7, 1.895],
  [0.995, 3, 5.841],
  [0.995, 20, 2.845],
  [0.999, 4, 7.173],
  [0.9, 15, 1.341],
])('t quantile of %f with %i degrees of freedom is %f, as in the NIST table', (p, df, expected) => {
  expect(tQuantile(p, df)).toBeCloseTo(expected, 3)
})

test('closed forms: one degree is Cauchy, two degrees have an algebraic quantile', () => {
  // df 1: t = tan(pi (p - 1/2)); df 2: t = (2p - 1) sqrt(2 / (4 p (1 - p)))
  expect(tQuantile(0.975, 1)).toBeCloseTo(Math.tan(Math.PI * 0.475), 9)
  expect(tQuantile(0.975, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / (4 * 0.975 * 0.025)), 9)
  expect(tQuantile(0.025, 2)).toBeCloseTo(-0.95 * Math.sqrt(2 / (4 * 0.975 * 0.025)), 9)
})

test('many degrees of freedom approach the normal quantile 1.959964', () => {
  expect(tQuantile(0.975, 1e7)).toBeCloseTo(1.959964, 5)
})

test('probability is symmetric around zero', () => {
  expect(tProbability(0, 9)).toBeCloseTo(0.5, 12)
  expect(tProbability(-1.3, 9) + tProbability(1.3, 9)).toBeCloseTo(1, 12)
})

test('incomplete beta and log gamma at values known in closed form', () => {
  // I_x(1, b) = 1 - (1 - x)^b; I_x(2, 2) = 3x^2 - 2x^3; gamma(5) = 24; gamma(1/2) = sqrt(pi)
  expect(incompleteBeta(0.3, 1, 4)).toBeCloseTo(1 - 0.7 ** 4, 12)
  expect(incompleteBeta(0.4, 2, 2)).toBeCloseTo(3 * 0.16 - 2 * 0.064, 12)
  expect(logGamma(5)).toBeCloseTo(Math.log(24), 12)
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12)
})

test.each([
  [0, 5],
  [1, 5],
  [0.5, 0],
  [Number.NaN, 5],
])('no quantile for p = %f, df = %f', (p, df) => {
  expect(tQuantile(p, df)).toBeNaN()
})
