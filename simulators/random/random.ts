/**
 * Seeded randomness: the same seed gives the same city and the same readings, on any machine.
 * `hash` mixes integers (the finaliser of MurmurHash3), `createRandom` is xoshiro128** (Blackman and Vigna, 2018).
 */
export type Random = {
  /** in [0, 1) */
  next(): number
  /** in [low, high) */
  between(low: number, high: number): number
  /** integer in [low, high] */
  int(low: number, high: number): number
  /** normal with mean 0 and standard deviation 1 */
  gauss(): number
  pick<T>(items: readonly T[]): T
  shuffle<T>(items: T[]): T[]
}

/** A well-mixed unsigned 32-bit integer from any number of integers. */
export function hash(...parts: number[]): number {
  let h = 0x9e3779b9
  for (const part of parts) {
    let k = Math.imul(part | 0, 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, 0x1b873593)
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A number in [0, 1) that depends on nothing but its arguments. */
export const hash01 = (...parts: number[]): number => hash(...parts) / 4_294_967_296

/** A standard normal number that depends on nothing but its arguments (Box and Muller, 1958). */
export function hashGauss(...parts: number[]): number {
  const h = hash(...parts)
  const u = (h + 1) / 4_294_967_297
  const v = hash(h, 0x51ed27) / 4_294_967_296
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}

/** A 32-bit integer for a name, so that a Thing's noise depends on its key and not on its place in a list (FNV-1a). */
export function hashText(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

export function createRandom(seed: number, stream = 0): Random {
  const s = Uint32Array.of(hash(seed, stream, 1), hash(seed, stream, 2), hash(seed, stream, 3), hash(seed, stream, 4))
  const rotl = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0
  const next32 = () => {
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s
    const result = Math.imul(rotl(Math.imul(s1, 5) >>> 0, 7), 9) >>> 0
    const t = (s1 << 9) >>> 0
    const a = s2 ^ s0
    const b = s3 ^ s1
    s[1] = s1 ^ a
    s[0] = s0 ^ b
    s[2] = a ^ t
    s[3] = rotl(b >>> 0, 11)
    return result
  }
  const next = () => next32() / 4_294_967_296
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    int,
    between: (low, high) => low + next() * (high - low),
    gauss: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => {
      const item = items[int(0, items.length - 1)]
      if (item === undefined) throw new RangeError('pick from an empty list')
      return item
    },
    shuffle: (items) => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = int(0, i)
        const a = items[i]
        const b = items[j]
        if (a !== undefined && b !== undefined) {
          items[i] = b
          items[j] = a
        }
      }
      return items
    },
  }
}
