import { HOUR_MS } from '#model/basics/durations.ts'

const PER_HOUR = 3

/**
 * Standard deviation over the last hours of a series with little memory: count, sum and sum of squares for each clock hour
 * in a ring buffer. The current hour counts as far as it is filled.
 */
export class HourlyMoments {
  readonly #hours: number
  readonly #ring: Float64Array
  /** sums are of differences to it, because squares of large numbers would lose small differences */
  #origin = Number.NaN
  #latest = Number.NEGATIVE_INFINITY
  #n = 0
  #sum = 0
  #squares = 0

  constructor(hours: number) {
    this.#hours = hours
    this.#ring = new Float64Array(hours * PER_HOUR)
  }

  /** Number of results in the window that ends with the hour of `ms`. */
  count(ms: number): number {
    this.#advance(Math.floor(ms / HOUR_MS))
    return this.#n
  }

  /** Sample standard deviation (n - 1) of the results counted last. */
  deviation(): number {
    if (this.#n < 2) return 0
    return Math.sqrt(Math.max(0, (this.#squares - (this.#sum * this.#sum) / this.#n) / (this.#n - 1)))
  }

  add(ms: number, result: number): void {
    const hour = Math.floor(ms / HOUR_MS)
    this.#advance(hour)
    if (this.#n === 0) this.#origin = result
    const difference = result - this.#origin
    const at = (hour % this.#hours) * PER_HOUR
    this.#ring[at] = (this.#ring[at] ?? 0) + 1
    this.#ring[at + 1] = (this.#ring[at + 1] ?? 0) + difference
    this.#ring[at + 2] = (this.#ring[at + 2] ?? 0) + difference * difference
    this.#n += 1
    this.#sum += difference
    this.#squares += difference * difference
  }

  #advance(hour: number): void {
    if (hour <= this.#latest) return
    const expired = Math.min(this.#hours, hour - this.#latest)
    for (let h = hour - expired + 1; h <= hour; h += 1)
      this.#ring.fill(0, slot(h, this.#hours), slot(h, this.#hours) + 3)
    this.#latest = hour
    this.#n = 0
    this.#sum = 0
    this.#squares = 0
    for (let at = 0; at < this.#ring.length; at += PER_HOUR) {
      this.#n += this.#ring[at] ?? 0
      this.#sum += this.#ring[at + 1] ?? 0
      this.#squares += this.#ring[at + 2] ?? 0
    }
  }
}

const slot = (hour: number, hours: number): number => (hour % hours) * PER_HOUR
