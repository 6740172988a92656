import type { Point } from './geometry.ts'

/** A grid of cells over the box of the island, row 0 in the south. */
export type Grid = {
  readonly cell: number
  readonly width: number
  readonly height: number
  readonly left: number
  readonly bottom: number
}

export function createGrid(halfWidth: number, halfHeight: number, cell: number): Grid {
  const width = Math.ceil((2 * halfWidth) / cell)
  const height = Math.ceil((2 * halfHeight) / cell)
  return { cell, width, height, left: -(width * cell) / 2, bottom: -(height * cell) / 2 }
}
export const cellOf = (g: Grid, [x, y]: Point): number => {
  const i = Math.floor((x - g.left) / g.cell)
  const j = Math.floor((y - g.bottom) / g.cell)
  return i < 0 || j < 0 || i >= g.width || j >= g.height ? -1 : j * g.width + i
}
export const middleOf = (g: Grid, index: number): Point => [
  g.left + ((index % g.width) + 0.5) * g.cell,
  g.bottom + (Math.floor(index / g.width) + 0.5) * g.cell,
]

/** Sets every cell within `radius` metres of the line. */
export function drawLine(g: Grid, target: Uint8Array, line: readonly Point[], radius: number, value: number): void {
  const reach = Math.ceil(radius / g.cell)
  for (let s = 1; s < line.length; s++) {
    const a = line[s - 1] as Point
    const b = line[s] as Point
    const n = Math.max(1, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / (g.cell * 0.45)))
    for (let k = 0; k <= n; k++)
      stamp(g, target, a[0] + ((b[0] - a[0]) * k) / n, a[1] + ((b[1] - a[1]) * k) / n, radius, reach, value)
  }
}
function stamp(g: Grid, target: Uint8Array, x: number, y: number, radius: number, reach: number, value: number): void {
  const i0 = Math.floor((x - g.left) / g.cell)
  const j0 = Math.floor((y - g.bottom) / g.cell)
  for (let dj = -reach; dj <= reach; dj++) {
    for (let di = -reach; di <= reach; di++) {
      const i = i0 + di
      const j = j0 + dj
      if (i < 0 || j < 0 || i >= g.width || j >= g.height) continue
      if ((di !== 0 || dj !== 0) && Math.hypot(di, dj) * g.cell > radius) continue
      target[j * g.width + i] = value
    }
  }
}

export type Components = {
  readonly labels: Int32Array
  readonly cells: number[]
  readonly sumX: number[]
  readonly sumY: number[]
}

/** 4-connected components of cells of one class (class 0 is left out); labels start at 1, index 0 is unused. */
export function components(g: Grid, classes: Uint8Array | Int32Array): Components {
  const labels = new Int32Array(g.width * g.height)
  const queue = new Int32Array(g.width * g.height)
  const out: Components = { labels, cells: [0], sumX: [0], sumY: [0] }
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] !== 0 || classes[start] === 0) continue
    flood(g, classes, out, queue, start)
  }
  return out
}
function flood(g: Grid, classes: Uint8Array | Int32Array, out: Components, queue: Int32Array, start: number): void {
  const label = out.cells.length
  const kind = classes[start]
  let [head, tail, sumX, sumY] = [0, 1, 0, 0]
  queue[0] = start
  out.labels[start] = label
  while (head < tail) {
    const at = queue[head++] as number
    const i = at % g.width
    sumX += i
    sumY += (at - i) / g.width
    for (let d = 0; d < 4; d++) {
      const next = neighbour(g, at, i, d)
      if (next < 0 || out.labels[next] !== 0 || classes[next] !== kind) continue
      out.labels[next] = label
      queue[tail++] = next
    }
  }
  out.cells.push(tail)
  out.sumX.push(g.left + (sumX / tail + 0.5) * g.cell)
  out.sumY.push(g.bottom + (sumY / tail + 0.5) * g.cell)
}

/** Gives every open cell without a label that of the nearest labelled cell (breadth first, so ties are stable). */
export function fillNearest(g: Grid, labels: Int32Array | Uint8Array, open: (index: number) => boolean): void {
  const queue = new Int32Array(labels.length)
  let tail = 0
  for (let at = 0; at < labels.length; at++) if (labels[at] !== 0) queue[tail++] = at
  for (let head = 0; head < tail; head++) {
    const at = queue[head] as number
    const i = at % g.width
    for (let d = 0; d < 4; d++) {
      const next = neighbour(g, at, i, d)
      if (next < 0 || labels[next] !== 0 || !open(next)) continue
      labels[next] = labels[at] as number
      queue[tail++] = next
    }
  }
}
/** The cell to the west, east, south or north, or -1 outside the grid; `i` is the column of `at`. */
function neighbour(g: Grid, at: number, i: number, d: number): number {
  if (d === 0) return i > 0 ? at - 1 : -1
  if (d === 1) return i + 1 < g.width ? at + 1 : -1
  if (d === 2) return at >= g.width ? at - g.width : -1
  return at + g.width < g.width * g.height ? at + g.width : -1
}
