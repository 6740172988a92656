/**
 * Collects messages until writing them together is worth it. Bounded by the receive window in front of it: what is here
 * is not acknowledged, and when the window is full nothing more arrives.
 *
 *     empty    --add-->                                                   filling
 *     filling  --rows, age, a quiet moment, or the window is full-->      due
 *     due      --a writer is free-->                                      written (in the background), then empty or filling
 *     any      --drain()-->                                               everything is written, nothing more is added
 *
 * How old a batch grows follows from how long writing takes, as far as a writer is free: half of that, so that two writers
 * take turns and nobody waits longer than for the write before his. Quick commits mean small batches and fresh values,
 * slow ones mean large batches, which cost less each.
 *
 * What waits and does not fit into one batch is chosen fairly (fair-share.ts): who floods waits for himself.
 */
import { fairShare } from './fair-share.ts'

export type BatchOptions<Item> = {
  /** write when so many rows are there */
  readonly maxRows: number
  /** write when the oldest has waited so long, or half of what writing has taken lately */
  readonly maxAgeMs: number
  /** write when nothing has come for so long: a single message does not wait for company */
  readonly quietMs: number
  /** transactions under way at once: one is prepared while the other is committed */
  readonly writers: number
  readonly rowsOf: (item: Item) => number
  /** whose item it is: those who share a batch get the same number of its rows, as far as they have any */
  readonly ownerOf: (item: Item) => string
  /** resolves once the items are dealt with for good */
  readonly write: (items: Item[]) => Promise<void>
}

export class Batch<Item> {
  readonly #options: BatchOptions<Item>
  #items: Item[] = []
  #rows = 0
  #oldestMs = 0
  #newestMs = 0
  /** how long writing takes: each write counts a fifth */
  #writeMs = 0
  #due = false
  #draining = false
  #timer: NodeJS.Timeout | undefined
  readonly #writing = new Set<Promise<void>>()

  constructor(options: BatchOptions<Item>) {
    this.#options = options
  }

  get waiting(): number {
    return this.#items.length
  }

  add(item: Item): void {
    const now = performance.now()
    if (this.#items.length === 0) this.#oldestMs = now
    this.#newestMs = now
    this.#items.push(item)
    this.#rows += Math.max(1, this.#options.rowsOf(item))
    if (this.#rows >= this.#options.maxRows) this.#pump()
    else this.#arm()
  }

  /** Writes what is there as soon as a writer is free: more will not come before that. */
  flush(): void {
    this.#due = true
    this.#pump()
  }

  async drain(): Promise<void> {
    this.#draining = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#items.length > 0 || this.#writing.size > 0) {
      this.#pump()
      await Promise.race(this.#writing)
    }
  }

  #arm(): void {
    if (this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#pump()
      if (this.#items.length > 0 && this.#writing.size < this.#options.writers) this.#arm()
    }, this.#options.quietMs)
  }

  #pump(): void {
    while (this.#items.length > 0 && this.#writing.size < this.#options.writers && this.#isDue()) {
      const startMs = performance.now()
      const written = this.#options.write(this.#take()).finally(() => {
        this.#writeMs += (performance.now() - startMs - this.#writeMs) / 5
        this.#writing.delete(written)
        this.#pump()
        if (this.#items.length > 0 && !this.#draining) this.#arm()
      })
      this.#writing.add(written)
    }
  }

  #isDue(): boolean {
    const { maxRows, quietMs } = this.#options
    const ageMs = Math.min(this.#options.maxAgeMs, Math.max(quietMs, this.#writeMs / 2))
    const now = performance.now()
    // A timer may fire a fraction of a millisecond early.
    return (
      this.#due ||
      this.#draining ||
      this.#rows >= maxRows ||
      now - this.#oldestMs >= ageMs - 1 ||
      now - this.#newestMs >= quietMs - 1
    )
  }

  /** At most `maxRows` rows (one message may have more). */
  #take(): Item[] {
    const { maxRows, rowsOf, ownerOf } = this.#options
    const weightOf = (item: Item): number => Math.max(1, rowsOf(item))
    const items = this.#items
    const { taken, left } =
      this.#rows <= maxRows ? { taken: items, left: [] } : fairShare(items, { most: maxRows, weightOf, ownerOf })
    this.#items = left
    this.#rows = left.reduce((sum, item) => sum + weightOf(item), 0)
    this.#oldestMs = performance.now()
    if (left.length === 0) this.#due = false
    return taken
  }
}
