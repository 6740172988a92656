import type { ZoneFeatures } from '#model/api/city.ts'
import type { Area, Position } from '#model/basics/geo.ts'
import { ringsOf } from '../marks/hatch.ts'

export type PlaceLabel = {
  readonly name: string
  readonly position: Position
  readonly weight: number
  /** south-west and north-east corner of the largest part of the district */
  readonly extent?: readonly [Position, Position]
}
/** A label with its distance from the centre of its district, in px upwards and downwards. */
export type PlacedLabel = PlaceLabel & { readonly shift: number }

/** Where a zone's name goes: the centroid of its largest ring (shoelace formula). */
export const centreOf = (area: Area): Position => largestOf(area).at

type Part = { readonly size: number; readonly at: Position; readonly ring: readonly Position[] }
function largestOf(area: Area): Part {
  let best: Part = { size: -1, at: [0, 0], ring: [] }
  for (const [outer] of ringsOf(area)) {
    const found = outer && { ...centroid(outer), ring: outer }
    if (found && found.size > best.size) best = found
  }
  return best
}

function extentOf(ring: readonly Position[]): [Position, Position] {
  const [x, y] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)]
  const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return [
    [least(x), least(y)],
    [most(x), most(y)],
  ]
}

function centroid(ring: readonly Position[]): { size: number; at: Position } {
  const [x0, y0] = ring[0] ?? [0, 0]
  let doubled = 0
  let sumX = 0
  let sumY = 0
  for (let index = 1; index < ring.length; index += 1) {
    const [ax, ay] = ring[index - 1] ?? [0, 0]
    const [bx, by] = ring[index] ?? [0, 0]
    // relative to the first corner: the sums lose no digits far from the origin
    const cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    doubled += cross
    sumX += (ax - x0 + bx - x0) * cross
    sumY += (ay - y0 + by - y0) * cross
  }
  const at: Position = doubled === 0 ? [x0, y0] : [x0 + sumX / (3 * doubled), y0 + sumY / (3 * doubled)]
  return { size: Math.abs(doubled), at }
}

export const placeLabels = (zones: ZoneFeatures): PlaceLabel[] =>
  zones.features.map(({ geometry, properties }) => {
    const { at, ring } = largestOf(geometry)
    return { name: properties.name, position: at, weight: properties.population ?? 0, extent: extentOf(ring) }
  })

/** Web Mercator, in px of 512 px tiles at this zoom (MapLibre's convention). */
export function project([longitude, latitude]: Position, zoom: number): [number, number] {
  const scale = 512 * 2 ** zoom
  const y = 0.5 - Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) / (2 * Math.PI)
  return [((longitude + 180) / 360) * scale, y * scale]
}

type Box = { readonly x: number; readonly y: number; readonly halfWidth: number; readonly halfHeight: number }
export type Obstacle = { readonly position: Position; readonly radius: number }

const SHIFTS = [0, -16, 16, -28, 28, -40, 40]
const PX_PER_CHARACTER = 6.8
const HALF_HEIGHT = 8
const MAX_OBSTACLES = 5000

/** How far a name may lie from a district that is lower than it. */
const BESIDE_PX = 16

/**
 * The labels that fit at this zoom: the most populous first, next to the points rather than under them, none twice. A name stays
 * at its own district; one that is wider than it lies over no point and over the middle of no other district.
 */
export function fitting(labels: readonly PlaceLabel[], zoom: number, points: readonly Obstacle[]): PlacedLabel[] {
  // among thousands of points there is no room next to them
  const marks = (points.length > MAX_OBSTACLES ? [] : points).map(({ position, radius }): Box => {
    const [x, y] = project(position, zoom)
    return { x, y, halfWidth: radius, halfHeight: radius }
  })
  const middles = labels.map((label) => ({ label, at: project(label.position, zoom) }))
  const taken: Box[] = []
  const placed: PlacedLabel[] = []
  for (const { label, at } of middles.toSorted((a, b) => b.label.weight - a.label.weight)) {
    const [x, y] = at
    const halfWidth = (label.name.length * PX_PER_CHARACTER) / 2 + 2
    const { width, height } = roomOf(label, zoom)
    const isWide = 2 * halfWidth > width
    const boxes = SHIFTS.filter((shift) => Math.abs(shift) <= Math.max(BESIDE_PX, height / 2)).map((shift) => ({
      ...{ shift, x, y: y + shift, halfWidth, halfHeight: HALF_HEIGHT },
    }))
    const others = isWide ? middles.filter((middle) => middle.label !== label) : []
    const open = boxes
      .filter((box) => covered(box, taken) === 0 && !others.some((other) => isIn(other.at, box)))
      .map((box) => ({ ...box, over: covered(box, marks) }))
    const best = open.reduce<(typeof open)[number] | null>((a, b) => (a && a.over <= b.over ? a : b), null)
    // better across a point than nowhere, but never across another name; next to one only where there is room
    if (!best || (best.over > 0 && (isWide || open[0]?.shift !== 0))) continue
    taken.push(best)
    placed.push({ ...label, shift: best.shift })
  }
  return placed
}

/** The px that a district has for its name. */
function roomOf({ extent }: PlaceLabel, zoom: number): { width: number; height: number } {
  if (!extent) return { width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY }
  const [[west, south], [east, north]] = extent.map((corner) => project(corner, zoom)) as [Place, Place]
  return { width: east - west, height: south - north }
}
type Place = [x: number, y: number]

const isIn = ([x, y]: Place, box: Box): boolean =>
  Math.abs(x - box.x) < box.halfWidth && Math.abs(y - box.y) < box.halfHeight

/** px² of the box that lie under the others */
const covered = (box: Box, others: readonly Box[]): number =>
  others.reduce((sum, other) => {
    const across = other.halfWidth + box.halfWidth - Math.abs(other.x - box.x)
    const down = other.halfHeight + box.halfHeight - Math.abs(other.y - box.y)
    return across > 0 && down > 0 ? sum + across * down : sum
  }, 0)
