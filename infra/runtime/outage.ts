/**
 * Something needed that is away, as an operator wants to read of it: a line when it begins or has another cause, one a
 * minute while it lasts instead of one an attempt, and one when it is over.
 *
 *     there  --note()-->  away   (said)
 *     away   --note(): another cause, or SAY_AGAIN_MS since the last line-->  away (said again)
 *     away   --end()-->   there  (said, with how long it was away)
 */
const SAY_AGAIN_MS = 60_000

export class Outage {
  readonly #now: () => number
  #sinceMs: number | undefined
  #saidMs = 0
  #cause = ''

  /** @param now milliseconds of a clock that only runs forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** An attempt has failed. @returns whether to say so */
  note(cause: string): boolean {
    const now = this.#now()
    const isNews = this.#sinceMs === undefined || cause !== this.#cause || now - this.#saidMs >= SAY_AGAIN_MS
    this.#sinceMs ??= now
    this.#cause = cause
    if (isNews) this.#saidMs = now
    return isNews
  }

  /** It works. @returns for how many seconds it was away; undefined when it was not */
  end(): number | undefined {
    if (this.#sinceMs === undefined) return undefined
    const seconds = Math.round((this.#now() - this.#sinceMs) / 1000)
    this.#sinceMs = undefined
    return seconds
  }
}
