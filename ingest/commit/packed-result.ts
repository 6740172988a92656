/**
 * A result as the database keeps it: a whole number and what it is divided by, because whole numbers compress to a third
 * of what decimal fractions take (infra/db/migrations/002_observations.sql, where pack_result is its twin in SQL).
 * `scaled / divisor` is the very same number.
 */
export type Packed = { readonly scaled: number; readonly divisor: number }

/** Powers of ten that float4, the type of the divisor, holds exactly. */
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const
/** Numbers beyond this are not all there; it is also where a quotient of two whole numbers stops being exact. */
const LARGEST = 2 ** 53
const LARGEST_DIVISOR = 2 ** 120

/**
 * By the fewest decimals that give the number, but no fewer than `decimals`; what has no such form (1/3) is divided by a
 * power of two, as every float8 can be. Beyond 1e50, or with more digits than 1e-20 leaves, it is rounded to 2^-120.
 */
export function packResult(result: number, decimals = 0): Packed {
  for (let digits = decimals; digits < POWERS.length; digits += 1) {
    const divisor = POWERS[digits] ?? 1
    const scaled = Math.round(result * divisor) + 0 // never -0
    if (Math.abs(scaled) > LARGEST) break
    if (scaled / divisor === result) return { scaled, divisor }
  }
  let scaled = result
  let divisor = 1
  for (; !Number.isInteger(scaled) && divisor < LARGEST_DIVISOR; divisor *= 2) scaled *= 2
  for (; Math.abs(scaled) > LARGEST; divisor /= 2) scaled /= 2
  return { scaled: Math.round(scaled), divisor }
}

/** More digits than this come from a computation, not from an instrument. */
const MOST_DECIMALS = 6

/**
 * Packs the results of one Datastream alike: 12 after 12.3 as 120 / 10, since what compresses is the difference between
 * neighbours. Remembers the decimals of each Datastream; another worker learns them anew, at the cost of a few bytes.
 */
export class ResultPacker {
  readonly #decimals = new Map<number, number>()

  pack(datastreamId: number, result: number): Packed {
    const known = this.#decimals.get(datastreamId) ?? 0
    const packed = packResult(result, known)
    const decimals = POWERS.indexOf(packed.divisor as (typeof POWERS)[number])
    if (decimals > known && decimals <= MOST_DECIMALS) this.#decimals.set(datastreamId, decimals)
    return packed
  }
}
