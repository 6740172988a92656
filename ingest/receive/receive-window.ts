/**
 * Bounds what is in flight: when the window is full, no more is read until something is released. A packet that was
 * already read is always admitted, so the limits can be exceeded by one packet.
 */
export type WindowLimits = { readonly packets: number; readonly bytes: number }
/** A place in the window. */
export type WindowEntry = { readonly bytes: number; readonly sinceMs: number }

export class ReceiveWindow {
  readonly #limits: WindowLimits
  readonly #waiting: (() => void)[] = []
  /** in order of arrival */
  readonly #entries = new Set<WindowEntry>()
  bytes = 0

  constructor(limits: WindowLimits) {
    this.#limits = limits
  }

  get packets(): number {
    return this.#entries.size
  }

  /** Age of the oldest packet in milliseconds; 0 when there is none. */
  get oldestMs(): number {
    for (const { sinceMs } of this.#entries) return performance.now() - sinceMs
    return 0
  }

  get full(): boolean {
    return this.packets >= this.#limits.packets || this.bytes >= this.#limits.bytes
  }

  add(bytes: number): WindowEntry {
    const entry = { bytes, sinceMs: performance.now() }
    this.#entries.add(entry)
    this.bytes += bytes
    return entry
  }

  release(entry: WindowEntry): void {
    if (!this.#entries.delete(entry)) return
    this.bytes -= entry.bytes
    while (!this.full) {
      const next = this.#waiting.shift()
      if (!next) return
      next()
    }
  }

  /** Calls back once there is room; immediately when there is. */
  whenRoom(proceed: () => void): void {
    if (this.full) this.#waiting.push(proceed)
    else proceed()
  }

  /** Removes a callback whose connection is closed. */
  cancel(proceed: () => void): void {
    const index = this.#waiting.indexOf(proceed)
    if (index >= 0) this.#waiting.splice(index, 1)
  }
}
