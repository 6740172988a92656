/**
 * Caches the inputs of a period's indicators for a short time, so that a page that requests twenty values reads the database
 * once. Concurrent requests share one load. Bounded: the least recently requested period is discarded first.
 */
export type PeriodCache<T> = {
  get(label: string, load: () => Promise<T>): Promise<T>
  drop(label: string): void
  clear(): void
}

export function createPeriodCache<T>({
  freshMs,
  clock,
  maxPeriods = 16,
}: {
  freshMs: (label: string) => number
  clock: () => Date
  maxPeriods?: number
}): PeriodCache<T> {
  const entries = new Map<string, { at: number; value: Promise<T> }>()
  return {
    get(label, load) {
      const now = clock().getTime()
      const found = entries.get(label)
      // Deleted and set again below: a Map keeps the order of insertion, so the first key is the least recent.
      entries.delete(label)
      const fresh = found && now >= found.at && now - found.at < freshMs(label)
      const entry = fresh ? found : { at: now, value: load() }
      entries.set(label, entry)
      if (!fresh) {
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
