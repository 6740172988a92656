import type { SeriesPoint } from './series.ts'

/** Of one series, at each of the common times: its point, null in a gap, undefined where only another series has a point. */
export type AlignedPoint = SeriesPoint | null | undefined
export type Aligned = {
  /** seconds, ascending, each once */
  readonly times: readonly number[]
  readonly points: readonly (readonly AlignedPoint[])[]
}

/**
 * Series of different times on one list of times, as uPlot draws them: no value is moved, repeated or interpolated. Times of
 * others within a gap belong to the gap, or the line would be drawn across it.
 */
export function align(series: readonly (readonly SeriesPoint[])[]): Aligned {
  const times = [...new Set(series.flatMap((points) => points.map(({ time }) => time)))].sort((a, b) => a - b)
  return { times, points: series.map((points) => spread(points, times)) }
}

function spread(points: readonly SeriesPoint[], times: readonly number[]): AlignedPoint[] {
  let next = 0
  let isGap = false
  const row = times.map((time): AlignedPoint => {
    let point: SeriesPoint | undefined
    // of two observations of one moment, the later in the list
    while (points[next]?.time === time) point = points[next++]
    if (!point) return isGap ? null : undefined
    isGap = point.value === null
    return isGap ? null : point
  })
  return backwards(row)
}

/** A gap begins at the value before it, not where the hole is written. */
function backwards(row: AlignedPoint[]): AlignedPoint[] {
  let isGap = false
  for (let at = row.length - 1; at >= 0; at--) {
    if (row[at] === undefined && isGap) row[at] = null
    else isGap = row[at] === null
  }
  return row
}
