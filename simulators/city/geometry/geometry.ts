/** Plane geometry in local metres: x east, y north of the city's origin. */
export type Point = readonly [x: number, y: number]
export type Line = Point[]
export type LonLat = [lon: number, lat: number]

const METRES_PER_DEGREE = 111_195 // mean Earth radius 6 371 009 m

export type Projection = {
  toLonLat(p: Point, decimals?: number): LonLat
  toMetres(p: readonly [number, number]): Point
}

/** Local equirectangular projection: good to a few parts in 10,000 over ten kilometres. */
export function createProjection(origin: LonLat): Projection {
  const [lon0, lat0] = origin
  const kx = METRES_PER_DEGREE * Math.cos((lat0 * Math.PI) / 180)
  return {
    toLonLat: ([x, y], decimals = 5) => [round(lon0 + x / kx, decimals), round(lat0 + y / METRES_PER_DEGREE, decimals)],
    toMetres: ([lon, lat]) => [(lon - lon0) * kx, (lat - lat0) * METRES_PER_DEGREE],
  }
}

export const round = (value: number, decimals: number): number => {
  const f = 10 ** decimals
  return Math.round(value * f) / f
}
export const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1])
export const lerp = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
export const lengthOf = (line: readonly Point[]): number => {
  let sum = 0
  for (let i = 1; i < line.length; i++) sum += distance(line[i - 1] as Point, line[i] as Point)
  return sum
}

/** Points every `step` metres along a line, with the direction of travel (radians) at each. */
export function walk(line: readonly Point[], step: number, start = 0): { at: Point; heading: number; along: number }[] {
  const out: { at: Point; heading: number; along: number }[] = []
  let next = start
  let done = 0
  for (let i = 1; i < line.length; i++) {
    const a = line[i - 1] as Point
    const b = line[i] as Point
    const d = distance(a, b)
    const heading = Math.atan2(b[1] - a[1], b[0] - a[0])
    for (; next <= done + d && d > 0; next += step)
      out.push({ at: lerp(a, b, (next - done) / d), heading, along: next })
    done += d
  }
  return out
}

/** The stretch of a line between two distances along it. */
export function slice(line: readonly Point[], from: number, to: number): Line {
  const out: Line = []
  let done = 0
  for (let i = 1; i < line.length; i++) {
    const a = line[i - 1] as Point
    const b = line[i] as Point
    const d = distance(a, b)
    if (d === 0) continue
    if (done + d >= from && done <= to) {
      if (out.length === 0) out.push(lerp(a, b, Math.max(0, (from - done) / d)))
      out.push(done + d <= to ? b : lerp(a, b, (to - done) / d))
    }
    done += d
  }
  return out
}

/** Distance from a point to a segment, and how far along the segment the nearest point lies (0 to 1). */
export function toSegment(p: Point, a: Point, b: Point): { d: number; t: number } {
  const dx = b[0] - a[0]
  const dy = b[1] - a[1]
  const n = dx * dx + dy * dy
  const t = n === 0 ? 0 : Math.min(1, Math.max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / n))
  return { d: Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy), t }
}

/** Fewer points, none of the dropped further than `tolerance` metres from the line (Douglas and Peucker, 1973). */
export function simplify(line: readonly Point[], tolerance: number): Line {
  if (line.length < 3) return [...line]
  const keep = new Uint8Array(line.length)
  keep[0] = keep[line.length - 1] = 1
  const stack: [number, number][] = [[0, line.length - 1]]
  for (let range = stack.pop(); range; range = stack.pop()) {
    const [first, last] = range
    let worst = tolerance
    let at = -1
    for (let i = first + 1; i < last; i++) {
      const { d } = toSegment(line[i] as Point, line[first] as Point, line[last] as Point)
      if (d > worst) {
        worst = d
        at = i
      }
    }
    if (at < 0) continue
    keep[at] = 1
    stack.push([first, at], [at, last])
  }
  return line.filter((_, i) => keep[i] === 1)
}

/** A smooth curve through the points (centripetal-like Catmull-Rom), about `step` metres between its points. */
export function spline(points: readonly Point[], step: number): Line {
  const out: Line = []
  for (let i = 0; i + 1 < points.length; i++) {
    const b = points[i] as Point
    const c = points[i + 1] as Point
    const a = points[i - 1] ?? lerp(c, b, 2)
    const d = points[i + 2] ?? lerp(b, c, 2)
    const n = Math.max(1, Math.round(distance(b, c) / step))
    for (let k = 0; k < n; k++) out.push(catmullRom(a, b, c, d, k / n))
  }
  out.push(points.at(-1) as Point)
  return out
}
function catmullRom(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const f = (p: number, q: number, r: number, s: number) =>
    0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t * t * t)
  return [f(a[0], b[0], c[0], d[0]), f(a[1], b[1], c[1], d[1])]
}

/** Twice the signed area is positive for a counter-clockwise ring; the result is in square metres. */
export function areaOf(ring: readonly Point[]): number {
  let sum = 0
  for (let i = 0; i < ring.length; i++) {
    const a = ring[i] as Point
    const b = ring[(i + 1) % ring.length] as Point
    sum += a[0] * b[1] - b[0] * a[1]
  }
  return sum / 2
}

/** Even-odd rule over all rings: inside the outer ring and outside its holes. */
export function contains(rings: readonly (readonly Point[])[], p: Point): boolean {
  let inside = false
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const a = ring[i] as Point
      const b = ring[j] as Point
      if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside
    }
  }
  return inside
}
