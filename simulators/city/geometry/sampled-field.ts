import type { Point } from './geometry.ts'

/** A costly smooth field, evaluated once on a grid and read between its knots; outside the box, at its edge. */
export function sampled(
  halfWidth: number,
  halfHeight: number,
  cell: number,
  field: (p: Point) => number,
): (p: Point) => number {
  const width = Math.ceil((2 * halfWidth) / cell) + 2
  const height = Math.ceil((2 * halfHeight) / cell) + 2
  const knots = new Float64Array(width * height)
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) knots[j * width + i] = field([i * cell - halfWidth, j * cell - halfHeight])
  }
  return ([x, y]) => {
    const u = Math.min(width - 1.001, Math.max(0, (x + halfWidth) / cell))
    const v = Math.min(height - 1.001, Math.max(0, (y + halfHeight) / cell))
    const [i, j] = [Math.floor(u), Math.floor(v)]
    const k = j * width + i
    const [fu, fv] = [u - i, v - j]
    const low = (knots[k] as number) * (1 - fu) + (knots[k + 1] as number) * fu
    const high = (knots[k + width] as number) * (1 - fu) + (knots[k + width + 1] as number) * fu
    return low * (1 - fv) + high * fv
  }
}
