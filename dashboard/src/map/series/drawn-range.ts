import { AXES, type Axis } from './axes.ts'
import type { Series } from './series.ts'

/** What a chart draws of its values. */
export type DrawnRange = {
  readonly low: number
  readonly high: number
  /** values beyond it, which the chart marks at its edge */
  readonly outside: number
}

/** Tukey's outer fences: what lies beyond is "far out" (Exploratory Data Analysis, 1977, 2D). */
const FENCE = 3
/** With fewer values nothing says what is usual. */
const MIN_VALUES = 12

type Drawable = Pick<Series, 'points' | 'statistic' | 'average'>

/**
 * The range of the values that are not far out, so that one wrong reading does not press all others into a line. Amounts, and
 * directions, are drawn completely.
 * @returns undefined without a value
 */
export function drawnRange({ points, statistic, average }: Drawable): DrawnRange | undefined {
  const values = points
    .flatMap(({ value, min, max }) => [value, min, max].filter((one) => one !== null))
    .toSorted((a, b) => a - b)
  const [lowest, highest] = [values[0], values.at(-1)]
  if (lowest === undefined || highest === undefined) return undefined
  const all = { low: lowest, high: highest, outside: 0 }
  if (values.length < MIN_VALUES || statistic === 'total' || average === 'vector') return all
  const [first, third] = [quartile(values, 0.25), quartile(values, 0.75)]
  const room = FENCE * (third - first)
  // more than half of the values are the same: any other would be far out
  if (room === 0) return all
  const usual = values.filter((value) => value >= first - room && value <= third + room)
  return { low: usual[0] ?? lowest, high: usual.at(-1) ?? highest, outside: values.length - usual.length }
}

/**
 * The range of one axis: wide enough for what is usual in each of its series.
 * @returns undefined without a value
 */
export function rangeOfAxis(series: readonly Series[]): DrawnRange | undefined {
  const ranges = series.flatMap((one) => drawnRange(one) ?? [])
  if (ranges.length === 0) return undefined
  const low = Math.min(...ranges.map((range) => range.low))
  const high = Math.max(...ranges.map((range) => range.high))
  const isOutside = (value: number | null): boolean => value !== null && (value < low || value > high)
  const outside = series
    .flatMap(({ points }) => points.flatMap(({ value, min, max }) => [value, min, max]))
    .filter(isOutside).length
  return { low, high, outside }
}

export type AxisRanges = Readonly<Partial<Record<Axis, DrawnRange>>>

export const rangesOf = (shown: readonly { readonly axis: Axis; readonly series: Series }[]): AxisRanges =>
  Object.fromEntries(
    AXES.flatMap((axis) => {
      const range = rangeOfAxis(shown.filter((one) => one.axis === axis).map(({ series }) => series))
      return range ? [[axis, range]] : []
    }),
  )

/** Of sorted values, linear between them (type 7 of Hyndman and Fan 1996, as in R). */
function quartile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0]
  return low + (at - Math.floor(at)) * (high - low)
}
