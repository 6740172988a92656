import type uPlot from 'uplot'
import type { AxisRanges } from './drawn-range.ts'
import { markerPath, spreadLabels } from './line-style.ts'
import type { Series } from './series.ts'
import type { ShownSeries } from './shown-series.ts'

type Token = (name: string) => string

/** A 3 px strip along the foot: the fuller the bucket, the stronger. */
export function drawCapture(chart: uPlot, series: Series | undefined, colour: string): void {
  if (!series || series.bucketSeconds === null) return
  const { ctx, bbox } = chart
  const height = 3 * devicePixelRatio
  ctx.save()
  ctx.fillStyle = colour
  for (const { time, capture } of series.points) {
    const left = Math.max(bbox.left, chart.valToPos(time, 'x', true))
    const right = Math.min(chart.valToPos(time + series.bucketSeconds, 'x', true), bbox.left + bbox.width)
    ctx.globalAlpha = 0.75 * (capture ?? 0)
    ctx.fillRect(left, bbox.top + bbox.height - height, Math.max(0, right - left - (right - left > 8 ? 1 : 0)), height)
  }
  ctx.restore()
}

const TRIANGLE = 5

/** A triangle at the edge that a value lies beyond. */
export function drawOutside(chart: uPlot, shown: readonly ShownSeries[], ranges: AxisRanges, colour: string): void {
  const { ctx, bbox } = chart
  const size = TRIANGLE * devicePixelRatio
  ctx.save()
  ctx.fillStyle = colour
  for (const { series, axis } of shown) {
    const range = ranges[axis]
    if (!range || range.outside === 0) continue
    for (const { time, value, min, max } of series.points) {
      const x = chart.valToPos(time, 'x', true)
      if ((max ?? value ?? range.high) > range.high) triangle(ctx, x, bbox.top, size)
      if ((min ?? value ?? range.low) < range.low) triangle(ctx, x, bbox.top + bbox.height, -size)
    }
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

/** px between the markers of a line; directions have no line, so every one of them has a marker. */
const MARKER_DISTANCE = 56
const MARKER_RADIUS = 3.5

/** Markers that distinguish lines without colour, each series at another phase. */
export function drawMarkers(chart: uPlot, shown: readonly ShownSeries[], token: Token): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.lineWidth = 1.5 * devicePixelRatio
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const [index, { series, axis, style }] of shown.entries()) {
    const every = series.average === 'vector' ? 0 : MARKER_DISTANCE * devicePixelRatio
    ctx.strokeStyle = ctx.fillStyle = token(style.colour)
    let next = bbox.left + (every * index) / shown.length
    for (const { time, value } of series.points) {
      const x = chart.valToPos(time, 'x', true)
      if (value === null || (every > 0 && x < next)) continue
      next = x + every
      const path = new Path2D(
        markerPath(style.marker, x, chart.valToPos(value, axis, true), MARKER_RADIUS * devicePixelRatio),
      )
      ctx.stroke(path)
      ctx.fill(path)
    }
  }
  ctx.restore()
}

const LETTER_SIZE = 12

/** The letter of each series at its last value, next to each other where values are. */
export function drawLetters(chart: uPlot, shown: readonly ShownSeries[], token: Token): void {
  const { ctx, bbox } = chart
  const size = LETTER_SIZE * devicePixelRatio
  const ends = shown.flatMap(({ series, axis, style }) => {
    const last = series.points.findLast(({ value }) => value !== null)
    if (!last || last.value === null) return []
    const x = Math.min(chart.valToPos(last.time, 'x', true) + size * 0.4, bbox.left + bbox.width + size * 0.2)
    return [{ style, x, y: chart.valToPos(last.value, axis, true) }]
  })
  const heights = spreadLabels(
    ends.map(({ y }) => y),
    size,
    bbox.top + size / 2,
    bbox.top + bbox.height - size / 2,
  )
  ctx.save()
  ctx.font = `700 ${size}px "Inter Variable", sans-serif`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  ctx.lineWidth = 4 * devicePixelRatio
  ctx.lineJoin = 'round'
  ctx.strokeStyle = token('--surface')
  for (const [index, { style, x }] of ends.entries()) {
    ctx.fillStyle = token(style.colour)
    ctx.strokeText(style.letter, x, heights[index] ?? 0)
    ctx.fillText(style.letter, x, heights[index] ?? 0)
  }
  ctx.restore()
}
