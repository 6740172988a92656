import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { useI18n } from '../../i18n/formatters.ts'
import type { ColourScheme } from '../../state/view-state.ts'
import type { DrawnRange } from './drawn-range.ts'
import { type Series, type SeriesPoint, summarise } from './series.ts'
import './series-chart.css'

const HEIGHT = 184

type ChartProps = {
  readonly series: Series
  readonly scheme: ColourScheme
  readonly unit: string
  /** undefined: all values */
  readonly drawn: DrawnRange | undefined
}

/** The line (mean or raw), the band from minimum to maximum behind it, data capture as a strip under it. */
export default function SeriesChart({ series, scheme, unit, drawn }: ChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const i18n = useI18n()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, which `scheme` changes
  useEffect(() => {
    const element = host.current
    if (!element) return
    const chart = new uPlot(options({ series, element, i18n, unit, drawn }), dataOf(series), element)
    const observer = new ResizeObserver(([entry]) => {
      if (entry) chart.setSize({ width: Math.floor(entry.contentRect.width), height: HEIGHT })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
    }
  }, [series, scheme, i18n, unit, drawn])
  const summary = summarise(series)
  const name = summary
    ? i18n.t(series.average === 'vector' ? 'series.chart.direction' : 'series.chart', {
        n: series.points.length,
        min: i18n.quantity(summary.min, unit),
        max: i18n.quantity(summary.max, unit),
        last: i18n.quantity(summary.last, unit),
      })
    : i18n.t('series.empty')
  return <div ref={host} className="chart" role="img" aria-label={name} />
}

const dataOf = ({ points }: Series): uPlot.AlignedData => [
  points.map(({ time }) => time),
  points.map(({ max }) => max),
  points.map(({ min }) => min),
  points.map(({ value }) => value),
  points.map(({ value, suspect }) => (suspect ? value : null)),
]

type Drawing = Pick<ChartProps, 'series' | 'unit' | 'drawn'> & {
  readonly element: HTMLElement
  readonly i18n: ReturnType<typeof useI18n>
}

function options({ series, element, i18n, unit, drawn }: Drawing): uPlot.Options {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  const bars = series.statistic === 'total'
  // from 350 to 10 degrees is a step of 20: a line would cross the whole circle
  const isDirection = series.average === 'vector'
  const line = token('--accent')
  const axis: uPlot.Axis = {
    stroke: token('--ink-3'),
    font: '11px "Inter Variable", sans-serif',
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
  }
  const day = series.bucketSeconds !== null
  const yearOf = (seconds: number): number => uPlot.tzDate(new Date(seconds * 1000), i18n.timeZone).getFullYear()
  const isOfOtherYear = series.points.some(({ time }) => yearOf(time) !== yearOf(Date.now() / 1000))
  const tick = new Intl.DateTimeFormat(i18n.locale, {
    timeZone: i18n.timeZone,
    ...(day
      ? { day: 'numeric', month: 'short', ...(isOfOtherYear && { year: 'numeric' }) }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  })
  const single = bars ? uPlot.paths.bars?.({ size: [0.7, 24] }) : undefined
  return {
    width: Math.max(200, Math.floor(element.clientWidth)),
    height: HEIGHT,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    // a click pins what is read out, another one releases it
    cursor: { lock: true, drag: { x: false, y: false }, points: { size: 6 } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), i18n.timeZone),
    scales: {
      y: { range: (_, min, max) => (isDirection ? [0, 360] : yRange(drawn?.low ?? min, drawn?.high ?? max, bars)) },
    },
    axes: [
      {
        ...axis,
        space: isOfOtherYear ? 92 : 64,
        values: (_, splits) => splits.map((at) => tick.format(new Date(at * 1000))),
      },
      {
        ...{ ...axis, size: 48, values: (_: uPlot, splits: number[]) => splits.map((value) => i18n.number(value)) },
        ...(isDirection && { splits: () => [0, 90, 180, 270, 360] }),
      },
    ],
    series: [
      {},
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      {
        stroke: line,
        width: bars || isDirection ? 0 : 1.75,
        // a line needs two points to be seen
        points: { show: isDirection || series.points.length < 3, ...(isDirection && { size: 4, fill: line }) },
        ...(single && { paths: single, fill: `${line}` }),
      },
      { stroke: 'transparent', points: { show: true, size: 6, stroke: token('--suspect'), fill: token('--surface') } },
    ],
    bands: [{ series: [1, 2], fill: `color-mix(in srgb, ${line} 18%, transparent)` }],
    hooks: {
      drawAxes: [(chart) => drawCapture(chart, series, line)],
      draw: [(chart) => drawOutside(chart, series, drawn, token('--suspect'))],
      setCursor: [(chart) => readOut(chart, series, i18n, unit)],
      init: [(chart) => addReadOut(chart)],
    },
  }
}

/** A line shows change, so its axis may begin anywhere; bars show amounts, so theirs begins at zero. */
function yRange(min: number | null, max: number | null, bars: boolean): [number, number] {
  if (min === null || max === null) return [0, 1]
  const room = Math.max((max - min) * 0.08, Math.abs(max) * 0.02, 0.01)
  return [bars ? 0 : min >= 0 ? Math.max(0, min - room) : min - room, max + room]
}

/** A 3 px strip along the foot: the fuller the bucket, the stronger. */
function drawCapture(chart: uPlot, { points, bucketSeconds }: Series, colour: string): void {
  if (bucketSeconds === null) return
  const { ctx, bbox } = chart
  const height = 3 * devicePixelRatio
  ctx.save()
  ctx.fillStyle = colour
  for (const { time, capture } of points) {
    const left = chart.valToPos(time, 'x', true)
    const right = Math.min(chart.valToPos(time + bucketSeconds, 'x', true), bbox.left + bbox.width)
    ctx.globalAlpha = 0.75 * (capture ?? 0)
    ctx.fillRect(left, bbox.top + bbox.height - height, Math.max(0, right - left - (right - left > 8 ? 1 : 0)), height)
  }
  ctx.restore()
}

const TRIANGLE = 5

/** A triangle at the edge that a value lies beyond. */
function drawOutside(chart: uPlot, { points }: Series, drawn: DrawnRange | undefined, colour: string): void {
  if (!drawn || drawn.outside === 0) return
  const { ctx, bbox } = chart
  const size = TRIANGLE * devicePixelRatio
  ctx.save()
  ctx.fillStyle = colour
  for (const { time, value, min, max } of points) {
    const x = chart.valToPos(time, 'x', true)
    if ((max ?? value ?? drawn.high) > drawn.high) triangle(ctx, x, bbox.top, size)
    if ((min ?? value ?? drawn.low) < drawn.low) triangle(ctx, x, bbox.top + bbox.height, -size)
  }
  ctx.restore()
}

/** Its tip at the edge. */
function triangle(ctx: CanvasRenderingContext2D, x: number, edge: number, size: number): void {
  ctx.beginPath()
  ctx.moveTo(x, edge)
  ctx.lineTo(x - Math.abs(size), edge + 1.6 * size)
  ctx.lineTo(x + Math.abs(size), edge + 1.6 * size)
  ctx.fill()
}

function addReadOut(chart: uPlot): void {
  const box = document.createElement('div')
  box.className = 'chart__readout'
  chart.over.append(box)
}

function readOut(chart: uPlot, { points }: Series, i18n: ReturnType<typeof useI18n>, unit: string): void {
  const box = chart.over.querySelector<HTMLElement>('.chart__readout')
  const point = chart.cursor.idx === null || chart.cursor.idx === undefined ? undefined : points[chart.cursor.idx]
  if (!box) return
  box.textContent = point ? readOutText(point, i18n, unit) : ''
}

/** Time in the city's zone, value, and of a bucket its lowest and highest value. */
function readOutText({ time, value, min, max }: SeriesPoint, i18n: ReturnType<typeof useI18n>, unit: string): string {
  const at = i18n.dateTime(time * 1000)
  if (value === null) return `${at}  ${i18n.t('none')}`
  const shown = i18n.quantity(value, unit)
  if (min === null || max === null) return `${at}  ${shown}`
  return i18n.t('series.readout', { time: at, value: shown, low: i18n.number(min), high: i18n.number(max) })
}
