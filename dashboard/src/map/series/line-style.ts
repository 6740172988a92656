import { MAX_SERIES } from '../../state/series-address.ts'

export const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'plus', 'cross'] as const
/** How a line is drawn: letter, dash and marker distinguish it where colours do not. */
export type LineStyle = {
  /** as names of series in legend, table and file */
  readonly letter: string
  /** a property of the style sheet */
  readonly colour: string
  /** px of line and of gap, in turn; empty: solid */
  readonly dash: readonly number[]
  readonly marker: (typeof MARKERS)[number]
}

const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4], [16, 4]]

export const LINE_STYLES: readonly LineStyle[] = MARKERS.slice(0, MAX_SERIES).map((marker, index) => ({
  letter: String.fromCharCode(65 + index),
  colour: index === 0 ? '--accent' : `--series-${index + 1}`,
  dash: DASHES[index] ?? [],
  marker,
}))

/** The outline of a marker of this radius, as a path of SVG and of Path2D alike, with its centre at (x, y). */
export function markerPath(marker: LineStyle['marker'], x: number, y: number, r: number): string {
  const to = (dx: number, dy: number): string => `${x + dx * r} ${y + dy * r}`
  switch (marker) {
    case 'circle':
      return `M${to(-1, 0)}A${r} ${r} 0 1 0 ${to(1, 0)}A${r} ${r} 0 1 0 ${to(-1, 0)}Z`
    case 'square':
      return `M${to(-0.9, -0.9)}L${to(0.9, -0.9)}L${to(0.9, 0.9)}L${to(-0.9, 0.9)}Z`
    case 'triangle':
      return `M${to(0, -1.15)}L${to(1.1, 0.85)}L${to(-1.1, 0.85)}Z`
    case 'diamond':
      return `M${to(0, -1.3)}L${to(1.1, 0)}L${to(0, 1.3)}L${to(-1.1, 0)}Z`
    case 'plus':
      return `M${to(-1.2, 0)}L${to(1.2, 0)}M${to(0, -1.2)}L${to(0, 1.2)}`
    case 'cross':
      return `M${to(-1, -1)}L${to(1, 1)}M${to(1, -1)}L${to(-1, 1)}`
  }
}

/**
 * Heights of labels, in the order given, moved as little as needed so that neighbours are at least `apart`, and within
 * low to high where there is room.
 */
export function spreadLabels(heights: readonly number[], apart: number, low: number, high: number): number[] {
  const order = heights.map((height, index) => ({ height, index })).sort((a, b) => a.height - b.height)
  const placed: number[] = []
  let least = low
  for (const { height } of order) {
    placed.push(Math.max(height, least))
    least = (placed.at(-1) ?? low) + apart
  }
  let most = high
  for (let at = placed.length - 1; at >= 0; at--) {
    placed[at] = Math.min(placed[at] ?? high, most)
    most = (placed[at] ?? high) - apart
  }
  const result = heights.slice()
  for (const [rank, { index }] of order.entries()) result[index] = placed[rank] ?? 0
  return result
}
