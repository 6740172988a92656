/** Keeps what `load` gave for `ms`; callers that come while it loads share that one load. A failure is not kept. */
export function memo<T>(ms: number, clock: () => Date, load: () => Promise<T>): () => Promise<T> {
  let held: { until: number; value: Promise<T> } | undefined
  return () => {
    const now = clock().getTime()
    if (held && now < held.until && now >= held.until - ms) return held.value
    const value = load()
    const mine = { until: now + ms, value }
    held = mine
    value.catch(() => {
      if (held === mine) held = undefined
    })
    return value
  }
}
