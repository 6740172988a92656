import uPlot from 'uplot'
import type { Formatters } from '../../i18n/formatters.ts'
import { align } from './align.ts'
import { AXES, type Axis } from './axes.ts'
import { drawCapture, drawLetters, drawMarkers, drawOutside } from './chart-marks.ts'
import type { AxisRanges } from './drawn-range.ts'
import type { SeriesPoint } from './series.ts'
import type { ShownSeries } from './shown-series.ts'

export const CHART_HEIGHT = 184
/** Lines, letters and two axes need more room than one line. */
export const TALL_HEIGHT = 232

export type Drawing = {
  readonly shown: readonly ShownSeries[]
  /** of each axis; undefined: all values */
  readonly ranges: AxisRanges
  /** seconds; null: from the first to the last value */
  readonly window: readonly [number, number] | null
  readonly element: HTMLElement
  readonly i18n: Formatters
}

/** Of each series: highest, lowest, value, and the value where it is suspect. */
export function dataOf(shown: readonly ShownSeries[]): uPlot.AlignedData {
  const { times, points } = align(shown.map(({ series }) => series.points))
  const column = (row: (typeof points)[number], of: (point: SeriesPoint) => number | null) =>
    row.map((point) => point && of(point))
  const columns = points.flatMap((row) => [
    column(row, ({ max }) => max),
    column(row, ({ min }) => min),
    column(row, ({ value }) => value),
    column(row, ({ value, suspect }) => (suspect ? value : null)),
  ])
  return [times.slice(), ...columns] as uPlot.AlignedData
}

export function optionsOf(drawing: Drawing): uPlot.Options {
  const { shown, element, window, i18n } = drawing
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  const isAlone = shown.length === 1
  const used = AXES.filter((axis) => shown.some((one) => one.axis === axis))
  return {
    width: Math.max(200, Math.floor(element.clientWidth)),
    height: isAlone ? CHART_HEIGHT : TALL_HEIGHT,
    padding: [8, isAlone ? 14 : 20, 0, 0],
    legend: { show: false },
    // what is pointed at, pinned and selected lies in elements above the drawing
    cursor: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), i18n.timeZone),
    scales: {
      ...(window && { x: { range: () => [...window] as [number, number] } }),
      ...Object.fromEntries(used.map((axis) => [axis, { range: rangeFor(drawing, axis) }])),
    },
    axes: [timeAxis(drawing, token), ...used.map((axis) => valueAxis(drawing, axis, token))],
    series: [{}, ...shown.flatMap((one) => linesOf(one, isAlone, token))],
    bands: shown.map(({ style }, index) => ({
      series: [index * 4 + 1, index * 4 + 2],
      fill: `color-mix(in srgb, ${token(style.colour)} ${isAlone ? 18 : 10}%, transparent)`,
    })),
    hooks: {
      drawAxes: isAlone ? [(chart) => drawCapture(chart, shown[0]?.series, token('--accent'))] : [],
      draw: [
        (chart) => drawOutside(chart, shown, drawing.ranges, token('--suspect')),
        ...(isAlone ? [] : [(chart: uPlot) => drawMarkers(chart, shown, token)]),
        ...(isAlone ? [] : [(chart: uPlot) => drawLetters(chart, shown, token)]),
      ],
    },
  }
}

type Token = (name: string) => string

const baseAxis = (token: Token): uPlot.Axis => ({
  stroke: token('--ink-3'),
  font: '11px "Inter Variable", sans-serif',
  grid: { stroke: token('--line'), width: 1 },
  ticks: { show: false },
})

/** Days, where every series is in buckets or the time is longer than two of them; else times of the day. */
function timeAxis({ shown, window, i18n }: Drawing, token: Token): uPlot.Axis {
  const times = shown.flatMap(({ series }) => [series.points[0]?.time ?? [], series.points.at(-1)?.time ?? []].flat())
  const [from, to] = window ?? [Math.min(...times), Math.max(...times)]
  const day = window ? to - from > 2 * 86_400 : shown.every(({ series }) => series.bucketSeconds !== null)
  const yearOf = (seconds: number): number => uPlot.tzDate(new Date(seconds * 1000), i18n.timeZone).getFullYear()
  const isOfOtherYear = day && times.length > 0 && [from, to].some((at) => yearOf(at) !== yearOf(Date.now() / 1000))
  const tick = new Intl.DateTimeFormat(i18n.locale, {
    timeZone: i18n.timeZone,
    ...(day
      ? { day: 'numeric', month: 'short', ...(isOfOtherYear && { year: 'numeric' }) }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  })
  return {
    ...baseAxis(token),
    size: 34,
    space: isOfOtherYear ? 92 : 64,
    values: (_, splits) => splits.map((at) => tick.format(new Date(at * 1000))),
  }
}

function valueAxis({ shown, i18n }: Drawing, axis: Axis, token: Token): uPlot.Axis {
  const isCircle = hasDirections(shown, axis)
  return {
    ...baseAxis(token),
    scale: axis,
    // on the right the letters of the lines stand before the numbers
    ...(axis === 'y' ? { size: 48, side: 3 } : { size: 62, gap: 18, side: 1 }),
    // one grid: lines of the second would suggest values of the first
    ...(axis === 'y2' && { grid: { show: false } }),
    values: (_: uPlot, splits: number[]) => splits.map((value) => i18n.number(value)),
    ...(isCircle && { splits: () => [0, 90, 180, 270, 360] }),
  }
}

const hasDirections = (shown: readonly ShownSeries[], axis: Axis): boolean =>
  shown.some((one) => one.axis === axis && one.series.average === 'vector')

function rangeFor({ shown, ranges }: Drawing, axis: Axis) {
  if (hasDirections(shown, axis)) return (): [number, number] => [0, 360]
  const fromZero = shown.some((one) => one.axis === axis && one.series.statistic === 'total')
  const range = ranges[axis]
  return (_: uPlot, min: number | null, max: number | null) => yRange(range?.low ?? min, range?.high ?? max, fromZero)
}

/** A line shows change, so its axis may begin anywhere; amounts are compared with nothing, so theirs begins at zero. */
function yRange(min: number | null, max: number | null, fromZero: boolean): [number, number] {
  if (min === null || max === null) return [0, 1]
  const room = Math.max((max - min) * 0.08, Math.abs(max) * 0.02, 0.01)
  return [fromZero ? Math.min(0, min) : min >= 0 ? Math.max(0, min - room) : min - room, max + room]
}

/** The band, the line, and rings around what is suspect. Amounts are bars, and steps where bars would hide each other. */
function linesOf({ series, axis: scale, style }: ShownSeries, isAlone: boolean, token: Token): uPlot.Series[] {
  const colour = token(style.colour)
  const isAmount = series.statistic === 'total'
  // from 350 to 10 degrees is a step of 20: a line would cross the whole circle
  const isDirection = series.average === 'vector'
  const bars = isAmount && isAlone ? uPlot.paths.bars?.({ size: [0.7, 24] }) : undefined
  const steps = isAmount && !isAlone ? uPlot.paths.stepped?.({ align: 1 }) : undefined
  const edge: uPlot.Series = { scale, stroke: 'transparent', points: { show: false } }
  const alonePoints = {
    // a line needs two points to be seen
    show: isDirection || series.points.length < 3,
    ...(isDirection && { size: 4, fill: colour }),
  }
  return [
    edge,
    edge,
    {
      scale,
      stroke: colour,
      width: bars || isDirection ? 0 : 1.75,
      dash: style.dash.map((length) => length * devicePixelRatio),
      points: isAlone ? alonePoints : { show: false },
      ...(bars && { paths: bars, fill: colour }),
      ...(steps && { paths: steps }),
    },
    {
      scale,
      stroke: 'transparent',
      points: { show: true, size: 6, stroke: token('--suspect'), fill: token('--surface') },
    },
  ]
}
