/** Caches the result of `load` for `ms`; concurrent callers share one load. Failures are not cached. */
export function memo<T>(ms: number, clock: () => Date, load: () => Promise<T>): () => Promise<T> {
  let cached: { until: number; value: Promise<T> } | undefined
  return () => {
    const now = clock().getTime()
    if (cached && now < cached.until && now >= cached.until - ms) return cached.value
    const value = load()
    const mine = { until: now + ms, value }
    cached = mine
    value.catch(() => {
      if (cached === mine) cached = undefined
    })
    return value
  }
}
