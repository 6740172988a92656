/**
 * Points that fill the unit cube more evenly than draws at random: the Halton sequence with the digits of every place
 * permuted at random, so that many dimensions do not go together. The same seed gives the same points.
 * Sources: Halton 1960, Numerische Mathematik 2; Owen 2017, A randomized Halton algorithm in R, arXiv:1706.02808.
 * @returns n points, one after another, each of `dimensions` numbers from 0 to below 1
 */
export function randomisedHalton(n: number, dimensions: number, seed: number): Float64Array[] {
  const random = mulberry32(seed)
  const points = Array.from({ length: n }, () => new Float64Array(dimensions))
  primes(dimensions).forEach((base, dimension) => {
    let unit = 1
    for (let place = 0; unit > 2 ** -52; place++) {
      const digits = permutation(base, random)
      const divisor = base ** place
      unit /= base
      points.forEach((point, i) => {
        const digit = Math.floor(i / divisor) % base
        point[dimension] = (point[dimension] ?? 0) + (digits[digit] ?? 0) * unit
      })
    }
  })
  return points
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  return found
}

/** Fisher and Yates. */
function permutation(size: number, random: () => number): number[] {
  const digits = Array.from({ length: size }, (_, k) => k)
  for (let k = size - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1))
    const held = digits[k] ?? 0
    digits[k] = digits[other] ?? 0
    digits[other] = held
  }
  return digits
}

/** A small generator with 32 bits of state (Tommy Ettinger's mulberry32); good enough to permute digits. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
