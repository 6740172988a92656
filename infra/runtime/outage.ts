/**
 * Something needed that cannot be reached, as an operator wants to read of it: one line when it begins, one when it is
 * over, none in between, however often it is tried.
 *
 *     reachable  --note()-->  outage     (logged)
 *     outage     --note()-->  outage
 *     outage     --end()-->   reachable  (logged, with how long it lasted)
 */
export class Outage {
  readonly #now: () => number
  #sinceMs: number | undefined
  #cause = ''

  /** @param now milliseconds of a clock that only runs forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The newest cause; undefined while there is no outage. */
  get cause(): string | undefined {
    return this.#sinceMs === undefined ? undefined : this.#cause
  }

  /** For how many seconds it has lasted; undefined while there is no outage. */
  get seconds(): number | undefined {
    return this.#sinceMs === undefined ? undefined : Math.round((this.#now() - this.#sinceMs) / 1000)
  }

  /** An attempt has failed. @returns whether the outage begins with it */
  note(cause: string): boolean {
    const begins = this.#sinceMs === undefined
    this.#sinceMs ??= this.#now()
    this.#cause = cause
    return begins
  }

  /** It works. @returns for how many seconds it did not; undefined when it did */
  end(): number | undefined {
    const { seconds } = this
    this.#sinceMs = undefined
    return seconds
  }
}
