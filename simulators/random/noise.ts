import { hash, hash01 } from './random.ts'

/** Smooth noise that can be read at any point without the points before it. */

const ease = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10)

/** Value noise over a line, in [-1, 1], one knot per unit of x. */
export function noise1(seed: number, x: number): number {
  const i = Math.floor(x)
  const t = ease(x - i)
  return 2 * (hash01(seed, i) * (1 - t) + hash01(seed, i + 1) * t) - 1
}

/** Sum of octaves of noise1, each twice as fine and half as strong; about -1 to 1. */
export function fractal1(seed: number, x: number, octaves: number): number {
  let sum = 0
  let weight = 0
  for (let o = 0, a = 1, f = 1; o < octaves; o++, a /= 2, f *= 2) {
    sum += a * noise1(seed + o * 7919, x * f)
    weight += a
  }
  return sum / weight
}

const gradient = (seed: number, i: number, j: number, x: number, y: number): number => {
  const angle = (hash(seed, i, j) / 4_294_967_296) * 2 * Math.PI
  return Math.cos(angle) * x + Math.sin(angle) * y
}

/** Gradient noise over the plane (Perlin, 1985), about -1 to 1, one knot per unit. */
export function noise2(seed: number, x: number, y: number): number {
  const i = Math.floor(x)
  const j = Math.floor(y)
  const fx = x - i
  const fy = y - j
  const u = ease(fx)
  const v = ease(fy)
  const low = gradient(seed, i, j, fx, fy) * (1 - u) + gradient(seed, i + 1, j, fx - 1, fy) * u
  const high = gradient(seed, i, j + 1, fx, fy - 1) * (1 - u) + gradient(seed, i + 1, j + 1, fx - 1, fy - 1) * u
  return 1.5 * (low * (1 - v) + high * v)
}

/** Sum of octaves of noise2. */
export function fractal2(seed: number, x: number, y: number, octaves: number): number {
  let sum = 0
  let weight = 0
  for (let o = 0, a = 1, f = 1; o < octaves; o++, a /= 2, f *= 2) {
    sum += a * noise2(seed + o * 104_729, x * f, y * f)
    weight += a
  }
  return sum / weight
}
