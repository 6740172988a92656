import { fractal2 } from '../../random/noise.ts'
import { createRandom } from '../../random/random.ts'
import { type Line, type Point, spline, toSegment } from '../geometry/geometry.ts'
import { sampled } from '../geometry/sampled-field.ts'

/**
 * Land and water of the island. Heights of the fields below are in metres and behave like distances to the shore:
 * positive on land, negative in water.
 */
export type Terrain = {
  /** half width and half height of the box that holds the island, in metres */
  readonly halfWidth: number
  readonly halfHeight: number
  /** where the city was founded, on the river above the harbour */
  readonly centre: Point
  /** the other bank's own centre */
  readonly secondCentre: Point
  readonly river: Line
  /** island without its river: positive on land */
  shore(p: Point): number
  /** negative inside the river */
  bank(p: Point): number
  /** positive on dry land */
  land(p: Point): number
}

/** Smooth minimum (Quilez): rounds the corner where two shores meet. */
const smoothMin = (a: number, b: number, k: number): number => {
  const h = Math.max(k - Math.abs(a - b), 0) / k
  return Math.min(a, b) - (h * h * k) / 4
}

export function createTerrain(seed: number): Terrain {
  const random = createRandom(seed, 11)
  const turn = random.between(-0.45, 0.45)
  const mirror = random.next() < 0.5 ? -1 : 1
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  // the plan is drawn in its own frame (harbour to the south-west), then turned and perhaps mirrored
  const place = ([u, v]: Point): Point => [mirror * (u * cos - v * sin), u * sin + v * cos]
  const frame = ([x, y]: Point): Point => {
    const m = x * mirror
    return [m * cos + y * sin, -m * sin + y * cos]
  }
  const near = (u: number, v: number, by: number): Point => [u + random.between(-by, by), v + random.between(-by, by)]
  const course = spline(
    [
      near(-1050, -1500, 40),
      near(-620, -880, 60),
      near(60, -480, 90),
      near(380, 240, 110),
      near(1130, 620, 140),
      near(1560, 1180, 120),
    ],
    70,
  )
  const tarn = course.at(-1) as Point
  const bay = near(-1450, -2250, 90)
  const cove = near(2700, -1500, 200)
  const bank = (p: Point) => riverBank(course, tarn, p)
  const shore = (p: Point) => {
    const wobble =
      780 * fractal2(seed + 1, p[0] / 2500, p[1] / 2500, 3) + 120 * fractal2(seed + 2, p[0] / 610, p[1] / 610, 3)
    const island = 2600 * (1 - Math.hypot(p[0] / 3650, p[1] / 2650)) + wobble
    const inBay = Math.hypot((p[0] - bay[0]) / 1.25, p[1] - bay[1]) - 1000 + wobble * 0.25
    const inCove = Math.hypot(p[0] - cove[0], p[1] - cove[1]) - 520
    return smoothMin(smoothMin(island, inBay, 300), inCove, 260)
  }
  const [halfWidth, halfHeight] = [4700, 4000]
  const shoreAt = sampled(halfWidth, halfHeight, 20, (p) => shore(frame(p)))
  const bankAt = sampled(halfWidth, halfHeight, 20, (p) => bank(frame(p)))
  return {
    halfWidth,
    halfHeight,
    centre: place([-830, -330]),
    secondCentre: place([420, -900]),
    river: course.map(place),
    shore: shoreAt,
    bank: bankAt,
    land: (p) => smoothMin(shoreAt(p), bankAt(p), 90),
  }
}

/** Distance to the water's edge of a river that narrows from its mouth to a tarn in the hills. */
function riverBank(course: Line, tarn: Point, p: Point): number {
  let best = Number.POSITIVE_INFINITY
  const n = course.length - 1
  for (let i = 0; i < n; i++) {
    const { d, t } = toSegment(p, course[i] as Point, course[i + 1] as Point)
    const along = (i + t) / n
    const half = 20 + 58 * (1 - along) ** 1.3 + 120 * Math.max(0, 0.2 - along)
    best = Math.min(best, d - half)
  }
  return Math.min(best, Math.hypot((p[0] - tarn[0]) / 1.5, p[1] - tarn[1]) - 105)
}
