/**
 * How much may be held at once without being acknowledged. Full means: read no more until something is released.
 * It never refuses what was already read, so it can be exceeded by one packet, not by more.
 */
export type WindowLimits = { readonly packets: number; readonly bytes: number }
/** A place in the window. */
export type Held = { readonly bytes: number; readonly sinceMs: number }

export class ReceiveWindow {
  readonly #limits: WindowLimits
  readonly #waiting: (() => void)[] = []
  /** in the order of arrival */
  readonly #held = new Set<Held>()
  bytes = 0

  constructor(limits: WindowLimits) {
    this.#limits = limits
  }

  get packets(): number {
    return this.#held.size
  }

  /** How long the oldest packet has been held, in milliseconds; 0 when there is none. */
  get oldestMs(): number {
    for (const { sinceMs } of this.#held) return performance.now() - sinceMs
    return 0
  }

  get full(): boolean {
    return this.packets >= this.#limits.packets || this.bytes >= this.#limits.bytes
  }

  take(bytes: number): Held {
    const held = { bytes, sinceMs: performance.now() }
    this.#held.add(held)
    this.bytes += bytes
    return held
  }

  release(held: Held): void {
    if (!this.#held.delete(held)) return
    this.bytes -= held.bytes
    while (!this.full) {
      const next = this.#waiting.shift()
      if (!next) return
      next()
    }
  }

  /** Calls back once there is room, at once when there is. */
  whenRoom(proceed: () => void): void {
    if (this.full) this.#waiting.push(proceed)
    else proceed()
  }

  /** Nothing that waits is called any more: its connection is gone. */
  forget(proceed: () => void): void {
    const at = this.#waiting.indexOf(proceed)
    if (at >= 0) this.#waiting.splice(at, 1)
  }
}
