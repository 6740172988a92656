import type { Polygon } from '../geometry/arcs.ts'
import {
  distance,
  type Line,
  type LonLat,
  lengthOf,
  type Point,
  round,
  simplify,
  slice,
  walk,
} from '../geometry/geometry.ts'
import type { CityPlan, District, Street } from './city-plan.ts'
import { areaOfPolygons } from './districts.ts'

/** The city as GeoJSON: zones, base map, and the features that indicators count. */
export type Feature = {
  type: 'Feature'
  geometry: { type: string; coordinates: unknown }
  properties: Record<string, string | number | boolean>
}
export type Collection = { type: 'FeatureCollection'; features: Feature[] }

const feature = (type: string, coordinates: unknown, properties: Feature['properties']): Feature => ({
  type: 'Feature',
  geometry: { type, coordinates },
  properties,
})

export function zoneFeatures(plan: CityPlan): Collection {
  return {
    type: 'FeatureCollection',
    features: plan.districts.map((d) =>
      area(plan, d.polygons, {
        key: d.key,
        name: d.name,
        population: d.population,
        households: d.households,
        income: d.income,
        areaKm2: round(d.areaM2 / 1e6, 3),
        character: d.character,
        ...registeredCars(d),
      }),
    ),
  }
}

/** The vehicle register: more cars a head where it is far to town, more of them electric where people are well off. */
function registeredCars(d: District): { passengerVehicles: number; lowEmissionVehicles: number } {
  const aHead = d.character === 'outer' ? 0.55 : d.character === 'inland' ? 0.46 : 0.36
  const passengerVehicles = Math.round(d.population * aHead)
  return { passengerVehicles, lowEmissionVehicles: Math.round(passengerVehicles * (0.03 + 0.11 * d.wealth)) }
}

export function baseMap(plan: CityPlan): Collection {
  const features: Feature[] = [sea(plan), area(plan, plan.land, { layer: 'land' })]
  for (const wood of plan.woods)
    features.push(area(plan, wood.polygons, { layer: 'park', kind: 'wood', name: wood.name }))
  for (const park of plan.parks)
    features.push(area(plan, park.polygons, { layer: 'park', kind: 'park', name: park.name }))
  for (const street of plan.streets.filter((s) => s.class !== 'local')) {
    features.push(
      feature('LineString', coordinates(plan, street.line), {
        layer: 'street',
        class: street.class,
        name: street.name,
        bridge: street.bridge,
      }),
    )
  }
  const locals = plan.streets.filter((s) => s.class === 'local').map((s) => coordinates(plan, s.line))
  features.push(feature('MultiLineString', locals, { layer: 'street', class: 'local' }))
  if (plan.rail.length > 1)
    features.push(feature('LineString', coordinates(plan, plan.rail), { layer: 'rail', name: 'Island Light Railway' }))
  for (const district of plan.districts) {
    const rings = plan.buildings.filter((b) => b.district === district.label).map((b) => [closed(plan, b.ring, 6)])
    if (rings.length > 0) features.push(feature('MultiPolygon', rings, { layer: 'building', zone: district.key }))
  }
  return { type: 'FeatureCollection', features }
}

/** Water all around, with the land cut out of it: it can be drawn below or above the land. */
function sea(plan: CityPlan): Feature {
  const [x, y] = [plan.terrain.halfWidth * 4, plan.terrain.halfHeight * 4]
  const frame: Line = [
    [-x, -y],
    [x, -y],
    [x, y],
    [-x, y],
  ]
  const holes = plan.land.map((rings) => closed(plan, [...(rings[0] as Line)].reverse(), 5))
  const lakes = plan.land.flatMap((rings) => rings.slice(1).map((ring) => [closed(plan, [...ring].reverse(), 5)]))
  return feature('MultiPolygon', [[closed(plan, frame, 5), ...holes], ...lakes], { layer: 'water', name: 'Sarva Sea' })
}

export const majorStreets = (plan: CityPlan): Street[] =>
  plan.streets.filter(
    (s) => (s.class === 'arterial' && s.lengthM > 250) || (s.class === 'collector' && s.lengthM > 900),
  )

export function cityData(plan: CityPlan): Collection {
  const features: Feature[] = []
  for (const s of majorStreets(plan)) {
    features.push(
      feature('LineString', coordinates(plan, s.line), {
        kind: 'major_street',
        name: s.name,
        class: s.class,
        lengthM: Math.round(s.lengthM),
      }),
    )
  }
  for (const p of plan.parks)
    features.push(
      area(plan, p.polygons, { kind: 'park', name: p.name, areaM2: Math.round(areaOfPolygons(p.polygons)) }),
    )
  features.push(...transit(plan))
  for (const s of plan.streets.filter(
    (s) => s.role === 'boulevard' || s.role === 'inner ring' || (s.class === 'collector' && s.id % 3 === 0),
  )) {
    const line = slice(s.line, 0, Math.min(s.lengthM, 1500))
    features.push(
      feature('LineString', coordinates(plan, line), {
        kind: 'bike_lane',
        name: s.name,
        lengthM: Math.round(Math.min(s.lengthM, 1500)),
      }),
    )
  }
  features.push(...squares(plan), ...pedestrianStreets(plan))
  return { type: 'FeatureCollection', features }
}

/** Stops and lines. The railway tells its times at every stop, buses where the first displays were put up. */
function transit(plan: CityPlan): Feature[] {
  const features: Feature[] = []
  const line = (name: string, mode: string, course: Line, lengthM: number): void => {
    const lengths = { kind: 'transit_line', name, mode, lengthM: Math.round(lengthM) }
    features.push(feature('LineString', coordinates(plan, course), lengths))
  }
  for (const s of plan.streets.filter((s) => s.class === 'arterial')) {
    for (const [i, { at }] of walk(s.line, 420, 180).entries())
      features.push(
        feature('Point', plan.projection.toLonLat(at), {
          kind: 'stop',
          name: `${s.name} stop`,
          mode: 'bus',
          liveInformation: (s.id + i) % 5 < 3,
        }),
      )
    if (s.lengthM > 250) line(`${s.name} buses`, 'bus', s.line, s.lengthM)
  }
  for (const { at } of walk(plan.rail, 950, 40))
    features.push(
      feature('Point', plan.projection.toLonLat(at), {
        kind: 'stop',
        name: 'Light railway stop',
        mode: 'rail',
        liveInformation: true,
      }),
    )
  if (plan.rail.length > 1) line('Island Light Railway', 'rail', plan.rail, lengthOf(plan.rail))
  return features
}

/** Signalled intersections at the ends of major streets; every third has lights that adapt. */
function squares(plan: CityPlan): Feature[] {
  const ends = new Map<string, { at: LonLat; name: string }>()
  for (const s of majorStreets(plan)) {
    for (const p of [s.line[0], s.line.at(-1)]) {
      if (!p || plan.terrain.land(p) < 10) continue
      const at = plan.projection.toLonLat(p, 4)
      ends.set(at.join(' '), { at, name: `${s.name} lights` })
    }
  }
  return [...ends.values()].map(({ at, name }, i) =>
    feature('Point', at, { kind: 'intersection', name, adaptive: i % 3 === 0 }),
  )
}

const ON_FOOT = { withinM: 380, widthM: 10, stepM: 15 }

/** Streets about the two old market places that are kept for people on foot, from wall to wall. */
function pedestrianStreets(plan: CityPlan): Feature[] {
  const { centre, secondCentre } = plan.terrain
  const isOnFoot = (p: Point): boolean =>
    Math.min(distance(p, centre), distance(p, secondCentre)) < ON_FOOT.withinM && plan.terrain.land(p) > 5
  return plan.streets
    .filter((s) => s.class === 'local')
    .flatMap((s) => {
      const course = walk(s.line, ON_FOOT.stepM).map(({ at }) => at)
      const first = course.findIndex(isOnFoot)
      const after = course.findIndex((p, i) => i > first && !isOnFoot(p))
      const line = first < 0 ? [] : course.slice(first, after < 0 ? undefined : after)
      const areaM2 = Math.round(lengthOf(line) * ON_FOOT.widthM)
      if (areaM2 < 500) return []
      return [
        feature('LineString', coordinates(plan, simplify(line, 2)), { kind: 'pedestrian_area', name: s.name, areaM2 }),
      ]
    })
}

export const coordinates = (plan: CityPlan, line: Line, decimals = 5): LonLat[] =>
  line.map((p) => plan.projection.toLonLat(p, decimals))
/** A closed ring: outer rings counter-clockwise and holes clockwise, as RFC 7946 asks, follow from how rings are traced. */
function closed(plan: CityPlan, ring: Line, decimals: number): LonLat[] {
  const out = coordinates(plan, ring, decimals)
  const first = out[0] as LonLat
  out.push([...first])
  return out
}
function area(plan: CityPlan, polygons: readonly Polygon[], properties: Feature['properties']): Feature {
  const shapes = polygons.map((rings) => rings.map((ring) => closed(plan, ring, 5)))
  return shapes.length === 1 ? feature('Polygon', shapes[0], properties) : feature('MultiPolygon', shapes, properties)
}
