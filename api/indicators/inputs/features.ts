import type { Area, Position } from '#model/basics/geo.ts'
import type { RegistrySnapshot, ZoneRow } from '../../measurements/registry-snapshot.ts'

/** A feature of city-data.geojson. Length and area are what its properties say, else those of its geometry. */
export type Feature = {
  readonly kind: string
  readonly name: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly points: readonly Position[]
  readonly lines: readonly (readonly Position[])[]
  readonly areas: readonly Area[]
}

const M_PER_DEGREE = 111_195
/** Metres east and north of a place, on a plane that touches the Earth there: good to a few in a thousand over a city. */
export type Plane = (at: Position) => readonly [x: number, y: number]

export function planeAt([lon0, lat0]: Position): Plane {
  const shrink = Math.cos((lat0 * Math.PI) / 180)
  return ([lon, lat]) => [(lon - lon0) * M_PER_DEGREE * shrink, (lat - lat0) * M_PER_DEGREE]
}

export function featuresOf({ features }: RegistrySnapshot, kind: string): Feature[] {
  return features.flatMap(({ geometry, properties }) => {
    if (properties?.['kind'] !== kind) return []
    const { type, coordinates } = (geometry ?? {}) as { type?: string; coordinates?: unknown }
    return [
      {
        kind,
        name: String(properties['name'] ?? kind),
        properties,
        points: type === 'Point' ? [coordinates as Position] : [],
        lines:
          type === 'LineString'
            ? [coordinates as Position[]]
            : type === 'MultiLineString'
              ? (coordinates as Position[][])
              : [],
        areas: type === 'Polygon' || type === 'MultiPolygon' ? [{ type, coordinates } as Area] : [],
      },
    ]
  })
}

const ringsOf = (area: Area): readonly (readonly Position[])[] =>
  area.type === 'Polygon' ? area.coordinates : area.coordinates.flat()

/** Whether a place lies in an area, by the even-odd rule; holes come out by themselves. */
export function isInside(area: Area, [lon, lat]: Position): boolean {
  let inside = false
  for (const ring of ringsOf(area)) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i] as Position
      const [xj, yj] = ring[j] as Position
      if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside
    }
  }
  return inside
}

/** The middle of what a feature covers: of its outline, its course or its point. */
export function middleOf({ points, lines, areas }: Feature): Position | undefined {
  const all = [...points, ...lines.flat(), ...areas.flatMap((area) => ringsOf(area).slice(0, 1).flat())]
  if (all.length === 0) return undefined
  const sum = all.reduce<[number, number]>(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0])
  return [sum[0] / all.length, sum[1] / all.length]
}

/** Metres of a feature's lines, in one zone or everywhere: a piece belongs to the zone that its middle lies in. */
export function lengthM(place: Feature, plane: Plane, zone: ZoneRow | null): number {
  const pieces = place.lines.flatMap((line) =>
    line.slice(1).map((to, i) => {
      const from = line[i] as Position
      const [a, b] = [plane(from), plane(to)]
      const middle: Position = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
      return { length: Math.hypot(b[0] - a[0], b[1] - a[1]), middle }
    }),
  )
  const total = pieces.reduce((sum, { length }) => sum + length, 0)
  const stated = place.properties['lengthM']
  const whole = typeof stated === 'number' ? stated : total
  if (!zone) return whole
  const here = pieces.filter(({ middle }) => isInside(zone.geometry, middle))
  return total === 0 ? 0 : (whole * here.reduce((sum, { length }) => sum + length, 0)) / total
}

/** Square metres of a feature, less its holes. */
export function areaM2(place: Feature, plane: Plane): number {
  const stated = place.properties['areaM2']
  if (typeof stated === 'number') return stated
  const polygons = place.areas.flatMap((area) => (area.type === 'Polygon' ? [area.coordinates] : area.coordinates))
  return polygons.reduce((sum, rings) => {
    const [outer = 0, ...holes] = rings.map((ring) => ringArea(ring.map(plane)))
    return sum + outer - holes.reduce((a, b) => a + b, 0)
  }, 0)
}

function ringArea(ring: readonly (readonly [number, number])[]): number {
  const twice = ring.reduce((sum, [x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length] as readonly [number, number]
    return sum + x * ny - nx * y
  }, 0)
  return Math.abs(twice) / 2
}

/** Side of the squares by which a zone is asked how much of it is near something. */
const GRID_M = 100

/** The centres of a 100 m grid that lie in a zone (the middle of one that is smaller): its people are assumed to live evenly spread over them. */
export function gridOf({ geometry }: ZoneRow, origin: Position): Position[] {
  const shrink = Math.cos((origin[1] * Math.PI) / 180)
  const [stepLon, stepLat] = [GRID_M / (M_PER_DEGREE * shrink), GRID_M / M_PER_DEGREE]
  const all = ringsOf(geometry).flat()
  const range = (values: number[], from: number, step: number): [number, number] => {
    const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity])
    return [Math.floor((low - from) / step), Math.ceil((high - from) / step)]
  }
  const [left, right] = range(
    all.map(([lon]) => lon),
    origin[0],
    stepLon,
  )
  const [bottom, top] = range(
    all.map(([, lat]) => lat),
    origin[1],
    stepLat,
  )
  const found: Position[] = []
  for (let i = left; i < right; i++) {
    for (let j = bottom; j < top; j++) {
      const at: Position = [origin[0] + (i + 0.5) * stepLon, origin[1] + (j + 0.5) * stepLat]
      if (isInside(geometry, at)) found.push(at)
    }
  }
  const [lon, lat] = all.reduce<[number, number]>((sum, at) => [sum[0] + at[0], sum[1] + at[1]], [0, 0])
  return found.length > 0 ? found : [[lon / all.length, lat / all.length]]
}

/** Whether any of the features is within a distance as the crow flies; inside an area is at distance zero. */
export function nearTest(features: readonly Feature[], plane: Plane, withinM: number): (at: Position) => boolean {
  const points = features.flatMap(({ points }) => points.map(plane))
  const outlines = features.flatMap(({ areas }) =>
    areas.map((area) => {
      const rings = ringsOf(area).map((ring) => ring.map(plane))
      const [xs, ys] = [rings.flat().map(([x]) => x), rings.flat().map(([, y]) => y)]
      const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const
      return { area, rings, box }
    }),
  )
  return (at) => {
    const p = plane(at)
    if (points.some(([x, y]) => Math.hypot(x - p[0], y - p[1]) <= withinM)) return true
    return outlines.some(({ area, rings, box: [x0, y0, x1, y1] }) => {
      if (p[0] < x0 - withinM || p[0] > x1 + withinM || p[1] < y0 - withinM || p[1] > y1 + withinM) return false
      return (
        isInside(area, at) || rings.some((ring) => ring.some((a, i) => toSegment(p, a, ring[i + 1] ?? a) <= withinM))
      )
    })
  }
}

type XY = readonly [number, number]
function toSegment(p: XY, a: XY, b: XY): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const square = dx * dx + dy * dy
  const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square))
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)
}
