import { createRandom } from '../../random/random.ts'
import {
  createProjection,
  distance,
  type Line,
  type LonLat,
  lengthOf,
  type Point,
  simplify,
  spline,
} from '../geometry/geometry.ts'
import { createGrid } from '../geometry/raster.ts'
import { createArterials, type Way } from './arterials.ts'
import { placeBuildings } from './buildings.ts'
import type { CityPlan, Street } from './city-plan.ts'
import { areaOfPolygons, divide } from './districts.ts'
import { createParks, createWoods } from './green.ts'
import { PARK_NAMES } from './names.ts'
import { nameDistricts, nameStreets } from './naming.ts'
import { assignPeople } from './people.ts'
import { createField } from './street-field.ts'
import { growStreets } from './streets.ts'
import { createTerrain, type Terrain } from './terrain.ts'
import { createUrban, type Urban } from './urban.ts'

/** Open ocean west of Portugal, in the time zone of Lisbon: nothing is there but water. */
export const ORIGIN: LonLat = [-10.85, 39.24]
export const DISTRICTS = 16

/** The whole city, from its seed alone. */
export function planCity(seed: number): CityPlan {
  const terrain = createTerrain(seed)
  const urban = createUrban(seed, terrain)
  const arterials = createArterials(seed, terrain)
  const field = createField(seed, terrain, arterials)
  const ways = growStreets(seed, terrain, field, arterials, urban.at)
  const rail = layRail(terrain, urban)
  const division = divide(seed, terrain, ways, urban, createGrid(terrain.halfWidth, terrain.halfHeight, 5), DISTRICTS)
  const parks = createParks(division, terrain, createRandom(seed, 97).shuffle([...PARK_NAMES]))
  const woods = createWoods(seed, division, terrain, urban.at)
  const streets = nameStreets(seed, toStreets(ways), terrain)
  const shells = division.districts.map((polygons, i) => ({
    label: i + 1,
    polygons,
    areaM2: areaOfPolygons(polygons),
    centre: division.sites[i] as Point,
  }))
  const named = nameDistricts(seed, shells, terrain)
  const parkBlocks = new Set(parks.map((p) => p.block))
  const { districts, blocks } = assignPeople(
    seed,
    named,
    division.blocks.filter((b) => !parkBlocks.has(b.id)),
    terrain,
  )
  const buildings = placeBuildings(seed, { terrain, urban, streets, parks, rail, division })
  return {
    seed,
    terrain,
    urban,
    projection: createProjection(ORIGIN),
    division,
    land: division.land,
    streets,
    districts,
    blocks,
    parks,
    woods,
    rail,
    buildings,
  }
}

const toStreets = (ways: readonly Way[]): Street[] =>
  ways.map((way, id) => ({
    id,
    name: '',
    class: way.class,
    line: way.line,
    lengthM: lengthOf(way.line),
    bridge: way.bridge,
    role: way.role,
  }))

/** A light railway from the harbour to the two villages by way of both centres. */
function layRail(terrain: Terrain, urban: Urban): Line {
  const [a, b] = [terrain.centre, terrain.secondCentre]
  const [v, w] = urban.villages
  const off: Point = [a[0] + 260, a[1] + 330]
  const stops: Point[] = [
    ...(v ? [v] : []),
    off,
    [(a[0] + b[0]) / 2 + 380, (a[1] + b[1]) / 2 + 260],
    [b[0] + 300, b[1] + 250],
    ...(w ? [w] : []),
  ]
  const ordered =
    v && w && distance(v, a) + distance(w, b) > distance(w, a) + distance(v, b) ? [w, ...stops.slice(1, -1), v] : stops
  return simplify(
    spline(ordered, 25).filter((p) => terrain.shore(p) > 20),
    1.5,
  )
}
