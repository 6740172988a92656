/**
 * Keeps what a period's indicators rest on for a short while, so that a page that asks for twenty values reads the database
 * once. Whoever comes while it loads shares that load. Bounded: the period asked for least recently goes first.
 */
export type PeriodCache<T> = {
  get(label: string, load: () => Promise<T>): Promise<T>
  drop(label: string): void
  clear(): void
}

export function createPeriodCache<T>({
  freshMs,
  clock,
  most = 16,
}: {
  freshMs: (label: string) => number
  clock: () => Date
  most?: number
}): PeriodCache<T> {
  const held = new Map<string, { at: number; value: Promise<T> }>()
  return {
    get(label, load) {
      const now = clock().getTime()
      const found = held.get(label)
      // Deleted and set again below: a Map keeps the order of insertion, so the first key is the least recent.
      held.delete(label)
      const fresh = found && now >= found.at && now - found.at < freshMs(label)
      const entry = fresh ? found : { at: now, value: load() }
      held.set(label, entry)
      if (!fresh) {
        entry.value.catch(() => {
          if (held.get(label) === entry) held.delete(label)
        })
      }
      const oldest = held.keys().next().value
      if (held.size > most && oldest !== undefined) held.delete(oldest)
      return entry.value
    },
    drop: (label) => void held.delete(label),
    clear: () => held.clear(),
  }
}
