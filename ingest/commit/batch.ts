/**
 * Collects messages until writing them together is worthwhile. Bounded by the receive window: messages here are not
 * acknowledged, and when the window is full no more arrive.
 *
 *     empty    --add-->                                                   filling
 *     filling  --rows, age, a quiet moment, or the window is full-->      due
 *     due      --a writer is free-->                                      written (in the background), then empty or filling
 *     any      --drain()-->                                               everything is written, nothing may be added
 *
 * While a writer is free, the maximum age of a batch is half of the recent write duration, so that two writers alternate
 * and no message waits longer than one write. Fast commits give small batches and low latency; slow ones give large
 * batches, which cost less per row.
 *
 * When more is waiting than fits into one batch, it is selected by fair shares (fair-share.ts): a flooding device delays
 * only itself.
 */
import { fairShare } from './fair-share.ts'

export type BatchOptions<Item> = {
  /** write when this many rows are collected */
  readonly maxRows: number
  /** write when the oldest item is this old, or half of the recent write duration */
  readonly maxAgeMs: number
  /** write when nothing was added for this long: a single message does not wait for others */
  readonly quietMs: number
  /** concurrent transactions: one is prepared while the other is committed */
  readonly writers: number
  readonly rowsOf: (item: Item) => number
  /** owner of the item, for fair shares */
  readonly ownerOf: (item: Item) => string
  /** resolves when the outcome of the items is final */
  readonly write: (items: Item[]) => Promise<void>
}

export class Batch<Item> {
  readonly #options: BatchOptions<Item>
  #items: Item[] = []
  #rows = 0
  #oldestMs = 0
  #latestMs = 0
  /** moving average of the write duration; each write has a weight of one fifth */
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
    this.#latestMs = now
    this.#items.push(item)
    this.#rows += Math.max(1, this.#options.rowsOf(item))
    if (this.#rows >= this.#options.maxRows) this.#pump()
    else this.#arm()
  }

  /** Writes as soon as a writer is free: nothing more will arrive before. */
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
      now - this.#latestMs >= quietMs - 1
    )
  }

  /** Takes at most `maxRows` rows, or one message that has more. */
  #take(): Item[] {
    const { maxRows, rowsOf, ownerOf } = this.#options
    const weightOf = (item: Item): number => Math.max(1, rowsOf(item))
    const items = this.#items
    const { taken, left } =
      this.#rows <= maxRows ? { taken: items, left: [] } : fairShare(items, { maxWeight: maxRows, weightOf, ownerOf })
    this.#items = left
    this.#rows = left.reduce((sum, item) => sum + weightOf(item), 0)
    this.#oldestMs = performance.now()
    if (left.length === 0) this.#due = false
    return taken
  }
}
