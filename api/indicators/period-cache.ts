import { MINUTE_MS } from '#model/basics/durations.ts'

/**
 * Caches the inputs of a period's indicators for a short time, so that a page that requests twenty values reads the database
 * once. Concurrent requests share one load. Bounded: the least recently requested period is discarded first.
 *
 *     absent  --get-->                                    loading   (who asks waits)
 *     fresh   --freshMs-->                                stale
 *     stale   --get, loading takes less than SLOW_MS-->   loading   (who asks waits)
 *     stale   --get, it takes longer-->                   renewing  (who asks gets what there is, for STALE_MS)
 *     loading, renewing  --loaded-->                      fresh
 */
export type PeriodCache<T> = {
  get(label: string, load: () => Promise<T>): Promise<T>
  drop(label: string): void
  clear(): void
}

/** A reader waits for as long as this rather than to be given what is out of date. */
const SLOW_MS = 2_000
/** What is out of date is given for no longer than this: the registry of a large city changes little in it. */
const STALE_MS = 15 * MINUTE_MS

type Entry<T> = { readonly at: number; readonly value: Promise<T>; tookMs: number; isRenewing: boolean }

export function createPeriodCache<T>({
  freshMs,
  clock,
  maxPeriods = 16,
  now = () => performance.now(),
}: {
  freshMs: (label: string) => number
  clock: () => Date
  maxPeriods?: number
  /** milliseconds of a clock that only runs forward */
  now?: () => number
}): PeriodCache<T> {
  const entries = new Map<string, Entry<T>>()

  function start(load: () => Promise<T>): Entry<T> {
    const beganMs = now()
    const entry: Entry<T> = { at: clock().getTime(), value: load(), tookMs: 0, isRenewing: false }
    entry.value.then(
      () => {
        entry.tookMs = now() - beganMs
      },
      () => {},
    )
    return entry
  }

  /** What takes its place is kept only where it is still there. */
  function renew(label: string, old: Entry<T>, load: () => Promise<T>): void {
    if (old.isRenewing) return
    old.isRenewing = true
    const next = start(load)
    next.value.then(
      () => {
        if (entries.get(label) === old) entries.set(label, next)
      },
      () => {
        old.isRenewing = false
      },
    )
  }

  return {
    get(label, load) {
      const found = entries.get(label)
      // Deleted and set again below: a Map keeps the order of insertion, so the first key is the least recent.
      entries.delete(label)
      const age = found ? clock().getTime() - found.at : -1
      const isFresh = age >= 0 && age < freshMs(label)
      const isUsable = isFresh || (found !== undefined && found.tookMs >= SLOW_MS && age >= 0 && age < STALE_MS)
      const entry = found && isUsable ? found : start(load)
      entries.set(label, entry)
      if (entry === found) {
        if (!isFresh) renew(label, entry, load)
      } else {
        entry.value.catch(() => {
          if (entries.get(label) === entry) entries.delete(label)
        })
      }
      const oldest = entries.keys().next().value
      if (entries.size > maxPeriods && oldest !== undefined) entries.delete(oldest)
      return entry.value
    },
    drop: (label) => void entries.delete(label),
    clear: () => entries.clear(),
  }
}
