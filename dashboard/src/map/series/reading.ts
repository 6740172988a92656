import type { Series, SeriesPoint } from './series.ts'

/**
 * What a series says of an instant, in seconds: the bucket that it lies in, or the nearest single value, unless the instant
 * lies in a gap or apart from all values. null: nothing was measured. A bucket whose values are all suspect has no value, but
 * says so.
 */
export function readingAt({ points, bucketSeconds }: Series, time: number): SeriesPoint | null {
  const after = firstAfter(points, time)
  const [before, next] = [points[after - 1], points[after]]
  if (bucketSeconds !== null) {
    const isOver = !next && before !== undefined && time >= before.time + bucketSeconds
    return before && before.n > 0 && !isOver ? before : null
  }
  if (before && next) {
    if (before.value === null) return null
    // a hole stands one usual step after the value before the gap
    return next.value === null || time - before.time <= next.time - time ? before : next
  }
  const end = before ?? next
  return end && end.value !== null && Math.abs(time - end.time) <= stepAt(points, end) ? end : null
}

/** How far apart the two values at an end of the series are. */
function stepAt(points: readonly SeriesPoint[], end: SeriesPoint): number {
  const neighbour = end === points[0] ? points[1] : points.at(-2)
  return neighbour ? Math.abs(neighbour.time - end.time) : 0
}

/** The index of the first point after a time, by bisection: charts have up to 10,000. */
function firstAfter(points: readonly SeriesPoint[], time: number): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.time ?? 0) <= time) low = middle + 1
    else high = middle
  }
  return low
}
