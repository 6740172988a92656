import { distance, type Line, lengthOf, type Point, slice } from '../city/geometry/geometry.ts'
import { hash01 } from '../random/random.ts'
import type { SimThing, World } from '../world/world.ts'
import type { Clock } from './clock.ts'

/** Vehicles that carry a phone: where each is at any instant, or undefined when it is in the garage. */
export type Probes = { placeOf(thing: SimThing, ms: number): Point | undefined }

const METRES_PER_SECOND = 6.4

/** Each vehicle runs the major streets in an order of its own, over and over, from 6 to 22.5 h. */
export function createProbes(world: World, clock: Clock): Probes {
  const streets = world.majorStreets.filter((line) => lengthOf(line) > 150)
  const routes = new Map<string, { lines: Line[]; ends: number[]; total: number }>()
  const routeOf = (thing: SimThing) => {
    let route = routes.get(thing.key)
    if (!route) {
      const lines = orderStreets(streets, thing.seed)
      const ends: number[] = []
      let total = 0
      for (const line of lines) {
        total += lengthOf(line)
        ends.push(total)
      }
      route = { lines, ends, total }
      routes.set(thing.key, route)
    }
    return route
  }
  return {
    placeOf: (thing, ms) => {
      const { hour } = clock(ms)
      if (hour < 6 || hour > 22.5 || streets.length === 0) return undefined
      const { lines, ends, total } = routeOf(thing)
      const along = ((ms / 1000) * METRES_PER_SECOND + hash01(thing.seed, 41) * total) % total
      const i = ends.findIndex((end) => end > along)
      const line = lines[i] ?? (lines[0] as Line)
      const from = i > 0 ? (ends[i - 1] as number) : 0
      return slice(line, along - from, along - from + 1)[0] ?? line[0]
    },
  }
}

/** From each street on to the nearest one not yet driven, whichever end is nearer. */
function orderStreets(streets: readonly Line[], seed: number): Line[] {
  const rest = [...streets]
  const out = rest.splice(Math.floor(hash01(seed, 42) * rest.length), 1)
  while (rest.length > 0) {
    const end = (out.at(-1) as Line).at(-1) as Point
    const choices = rest.flatMap((line, i) =>
      [line, [...line].reverse()].map((way) => ({
        i,
        way,
        d: distance(end, way[0] as Point) * (0.7 + 0.6 * hash01(seed, 43, i)),
      })),
    )
    const next = choices.reduce((best, choice) => (choice.d < best.d ? choice : best))
    rest.splice(next.i, 1)
    out.push(next.way)
  }
  return out
}
