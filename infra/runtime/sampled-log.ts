/**
 * For a line of the log that anybody can cause: one at once, then at most one every `everyMs`, which counts the others.
 *
 * @param now milliseconds of a clock that only runs forward
 */
export function createSampler(everyMs: number, now: () => number = () => performance.now()) {
  let logged: number | undefined
  let count = 0
  return {
    /** It has happened again. @returns how often since the last line, when it is time for another one */
    note(): number | undefined {
      count += 1
      if (logged !== undefined && now() - logged < everyMs) return undefined
      const since = count
      logged = now()
      count = 0
      return since
    },
  }
}
