/**
 * A result as the database stores it: an integer and a divisor, because integers compress to a third of the size of decimal
 * fractions (infra/db/migrations/002_observations.sql, where pack_result is the same in SQL). `scaled / divisor` is
 * exactly the result.
 */
export type Packed = { readonly scaled: number; readonly divisor: number }

/** Powers of ten that float4, the type of the divisor, represents exactly. */
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const
/** The largest safe integer plus one; beyond it a quotient of two integers is not exact either. */
const MAX_SCALED = 2 ** 53
const MAX_DIVISOR = 2 ** 120

/**
 * Uses the fewest decimals that represent the number, but no fewer than `decimals`; a number without such a form (1/3) gets
 * a power of two as divisor, which exists for every float8. Beyond 1e50 or below 1e-20 it is rounded to 2^-120.
 */
export function packResult(result: number, decimals = 0): Packed {
  for (let digits = decimals; digits < POWERS.length; digits += 1) {
    const divisor = POWERS[digits] ?? 1
    const scaled = Math.round(result * divisor) + 0 // never -0
    if (Math.abs(scaled) > MAX_SCALED) break
    if (scaled / divisor === result) return { scaled, divisor }
  }
  let scaled = result
  let divisor = 1
  for (; !Number.isInteger(scaled) && divisor < MAX_DIVISOR; divisor *= 2) scaled *= 2
  for (; Math.abs(scaled) > MAX_SCALED; divisor /= 2) scaled /= 2
  return { scaled: Math.round(scaled), divisor }
}

/** More decimals come from a computation, not from an instrument. */
const MAX_DECIMALS = 6

/**
 * Packs the results of one Datastream with the same divisor (12 after 12.3 as 120 / 10), since compression stores the
 * difference between adjacent values. Caches the decimals of each Datastream; another worker learns them again, at the
 * cost of a few bytes.
 */
export class ResultPacker {
  readonly #decimals = new Map<number, number>()

  pack(datastreamId: number, result: number): Packed {
    const known = this.#decimals.get(datastreamId) ?? 0
    const packed = packResult(result, known)
    const decimals = POWERS.indexOf(packed.divisor as (typeof POWERS)[number])
    if (decimals > known && decimals <= MAX_DECIMALS) this.#decimals.set(datastreamId, decimals)
    return packed
  }
}
