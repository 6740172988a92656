/**
 * Invalid values of the integers that Zigbee devices use for energy and power (Zigbee Cluster Library 07-5123,
 * table 2-10: all ones for unsigned, the most negative number for signed types), which firmware and bridges publish as
 * readings (zigbee2mqtt#31016, #32995, #28827): 2^48 - 1 for a sum of energy (uint48), 2^23 and 2^24 - 1 for a
 * demand (int24, uint24). They are scaled by the divisor of the cluster, a power of ten.
 */
const ENERGY = [2 ** 48, 2 ** 63, 2 ** 64]
const POWER = [2 ** 23, 2 ** 24, 2 ** 31, 2 ** 32]
const CODES: Readonly<Record<string, readonly number[]>> = {
  'kW.h': ENERGY,
  m3: ENERGY,
  W: POWER,
  var: POWER,
  'V.A': POWER,
}
const DIVISORS = [1, 10, 100, 1000, 10_000]

/** Whether a result in this unit is the full scale of an integer (or one less) and not a reading. */
export function isOverflow(result: number, unit: string): boolean {
  const codes = CODES[unit]
  if (!codes) return false
  const size = Math.abs(result)
  return codes.some((code) => DIVISORS.some((divisor) => isFullScale(size * divisor, code)))
}

/** 2^n or 2^n - 1; a product with a divisor is exact to a few parts in 2^52. */
const isFullScale = (count: number, code: number): boolean =>
  count > code - 1.001 && count < code + 0.001 + code * 2 ** -50 && isWhole(count)
const isWhole = (count: number): boolean => Math.abs(count - Math.round(count)) <= Math.max(1e-6, count * 2 ** -50)
