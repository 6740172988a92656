/**
 * Renews a lease at a steady pace while its holder lives, one renewal at a time.
 *
 *     stopped --start()-->                                  running
 *     running --renewed, or failed-->                       running
 *     running --not renewed in time-->                      running  (onExpired: somebody else may have it now)
 *     running --stop(), or the lease is not ours any more-->  stopped
 *
 * A process that is killed or stopped renews nothing, so its lease ends. One that is only slow should keep it: a lease is three
 * times as long as the longest gap between two renewals lately, within bounds.
 */
const RENEWALS_PER_LEASE = 5
const SAFETY_FACTOR = 3
const MAX_LENGTHENING = 4
/** Of the longest gap, with each renewal: half of it is forgotten after 35. */
const REMEMBERED = 0.98

export type RenewalOptions = {
  readonly leaseMs: number
  /** false when the lease is not ours any more; what it throws is an attempt that failed */
  readonly renew: (leaseMs: number) => Promise<boolean>
  readonly onExpired?: () => void
}

export class Renewal {
  readonly #options: RenewalOptions
  #ticks: NodeJS.Timeout | undefined
  #expiry: NodeJS.Timeout | undefined
  #isRenewing = false
  #askedAtMs = 0
  #gapMs = 0

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  /** How long a lease should last here. */
  get leaseMs(): number {
    const { leaseMs } = this.#options
    return Math.round(Math.min(Math.max(leaseMs, SAFETY_FACTOR * this.#gapMs), MAX_LENGTHENING * leaseMs))
  }

  /** @param askedAtMs when the database was asked for the lease: its clock began to count later */
  start(askedAtMs: number = performance.now()): void {
    if (this.#ticks) return
    this.#ticks = setInterval(() => void this.#tick(), this.#options.leaseMs / RENEWALS_PER_LEASE)
    this.#ticks.unref()
    this.#held(askedAtMs, this.#options.leaseMs)
  }

  stop(): void {
    clearInterval(this.#ticks)
    clearTimeout(this.#expiry)
    this.#ticks = undefined
  }

  #held(askedAtMs: number, leaseMs: number): void {
    this.#askedAtMs = askedAtMs
    const { onExpired } = this.#options
    if (!onExpired) return
    clearTimeout(this.#expiry)
    // A process that was stopped runs its timers first when it goes on.
    this.#expiry = setTimeout(onExpired, Math.max(0, askedAtMs + leaseMs - performance.now()))
    this.#expiry.unref()
  }

  async #tick(): Promise<void> {
    if (this.#isRenewing) return
    this.#isRenewing = true
    try {
      const [atMs, leaseMs] = [performance.now(), this.leaseMs]
      const isOurs = await this.#options.renew(leaseMs)
      if (!this.#ticks) return
      if (!isOurs) return this.stop()
      this.#gapMs = Math.max(performance.now() - this.#askedAtMs, REMEMBERED * this.#gapMs)
      this.#held(atMs, leaseMs)
    } catch {
      // the next attempt follows; whoever writes under the lease finds out whether it was in time
    } finally {
      this.#isRenewing = false
    }
  }
}
