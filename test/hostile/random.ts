/** Numbers that look random and are the same for the same seed (mulberry32, public domain, Tommy Ettinger). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 up to, not including, 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** 0 up to, not including, `limit` */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }

  /** Any UTF-16 code units, half surrogate pairs and control characters among them. */
  text(maxLength: number): string {
    return String.fromCharCode(...Array.from({ length: this.below(maxLength + 1) }, () => this.#unit()))
  }

  #unit(): number {
    const kind = this.next()
    if (kind < 0.6) return 0x20 + this.below(95)
    if (kind < 0.75) return this.below(0x20)
    if (kind < 0.85) return 0xd800 + this.below(0x800)
    return this.below(0x10000)
  }
}
