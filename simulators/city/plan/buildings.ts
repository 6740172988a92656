import { createRandom, type Random } from '../../random/random.ts'
import { type Line, type Point, walk } from '../geometry/geometry.ts'
import { cellOf, createGrid, drawLine, type Grid } from '../geometry/raster.ts'
import type { Building, BuildingUse, Street } from './city-plan.ts'
import type { Division } from './districts.ts'
import type { Park } from './green.ts'
import type { Terrain } from './terrain.ts'
import type { Urban } from './urban.ts'

type Site = {
  terrain: Terrain
  urban: Urban
  streets: readonly Street[]
  parks: readonly Park[]
  rail: Line
  division: Division
}

const HALF_WIDTH = { arterial: 11, collector: 7.5, local: 5 } as const
const MAX_BUILDINGS = 6800

/** Buildings stand along the streets, face them, and keep clear of streets, water, parks, rails and one another. */
export function placeBuildings(seed: number, site: Site): Building[] {
  const { terrain, division } = site
  const grid = createGrid(terrain.halfWidth, terrain.halfHeight, 2)
  const taken = new Uint8Array(grid.width * grid.height)
  for (const street of site.streets) drawLine(grid, taken, street.line, HALF_WIDTH[street.class], 1)
  drawLine(grid, taken, site.rail, 9, 1)
  const parkBlocks = new Set(site.parks.map((p) => p.block))
  const free = (p: Point): boolean => {
    const k = cellOf(grid, p)
    if (k < 0 || taken[k] !== 0) return false
    const c = cellOf(division.grid, p)
    return division.labels[c] !== 0 && !parkBlocks.has(division.blockLabels[c] as number)
  }
  const random = createRandom(seed, 121)
  const out: Building[] = []
  const order = { arterial: 0, collector: 1, local: 2 }
  for (const street of [...site.streets].sort((a, b) => order[a.class] - order[b.class] || a.id - b.id)) {
    for (const side of [1, -1]) alongSide(random, site, grid, taken, free, street, side, out)
  }
  return out.length <= MAX_BUILDINGS ? out : thin(random, out)
}
/** Keeps every large building and a fair draw of the small ones. */
function thin(random: Random, all: readonly Building[]): Building[] {
  const large = all.filter((b) => b.areaM2 > 420)
  const keep = Math.max(0, MAX_BUILDINGS - large.length) / (all.length - large.length)
  return all.filter((b) => b.areaM2 > 420 || random.next() < keep)
}

function alongSide(
  random: Random,
  site: Site,
  grid: Grid,
  taken: Uint8Array,
  free: (p: Point) => boolean,
  street: Street,
  side: number,
  out: Building[],
): void {
  let skipTo = random.between(4, 20)
  for (const { at, heading, along } of walk(street.line, 6, 6)) {
    if (along < skipTo) continue
    const urban = site.urban.at(at)
    if (urban < 0.2) {
      skipTo = along + 40
      continue
    }
    const { use, length, depth, gap } = sizeFor(random, urban, site.terrain.land(at))
    const set = HALF_WIDTH[street.class] + (use === 'apartments' ? 4 : random.between(4, 8)) + depth / 2
    const middle: Point = [at[0] - side * Math.sin(heading) * set, at[1] + side * Math.cos(heading) * set]
    const ring = rectangle(middle, heading, length, depth)
    if (!fits(middle, heading, length + 2, depth + 2, free)) continue
    const cell = cellOf(site.division.grid, middle)
    fill(grid, taken, middle, heading, length + 2, depth + 2)
    out.push({
      ring,
      centre: middle,
      areaM2: length * depth,
      use,
      district: site.division.labels[cell] as number,
      block: site.division.blockLabels[cell] as number,
    })
    skipTo = along + length / 2 + gap
  }
}

function sizeFor(
  random: Random,
  urban: number,
  shore: number,
): { use: BuildingUse; length: number; depth: number; gap: number } {
  const draw = random.next()
  if (shore < 230 && urban > 0.3 && urban < 0.75 && draw < 0.25)
    return { use: 'works', length: random.between(45, 80), depth: random.between(24, 36), gap: 50 }
  if (urban > 0.72)
    return {
      use: 'apartments',
      length: random.between(18, 42),
      depth: random.between(12, 16),
      gap: random.between(14, 24),
    }
  if (urban > 0.45)
    return {
      use: 'terrace',
      length: random.between(20, 38),
      depth: random.between(10, 13),
      gap: random.between(18, 34),
    }
  return { use: 'house', length: random.between(11, 18), depth: random.between(9, 12), gap: random.between(22, 48) }
}

function rectangle([x, y]: Point, heading: number, length: number, depth: number): Line {
  const [c, s] = [Math.cos(heading), Math.sin(heading)]
  return (
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ] as const
  ).map(([a, b]) => {
    const [u, v] = [(a * length) / 2, (b * depth) / 2]
    return [x + u * c - v * s, y + u * s + v * c] as Point
  })
}
function* lattice([x, y]: Point, heading: number, length: number, depth: number, step: number): Generator<Point> {
  const [c, s] = [Math.cos(heading), Math.sin(heading)]
  const [nu, nv] = [Math.ceil(length / step), Math.ceil(depth / step)]
  for (let i = 0; i <= nu; i++) {
    for (let j = 0; j <= nv; j++) {
      const [u, v] = [(i / nu - 0.5) * length, (j / nv - 0.5) * depth]
      yield [x + u * c - v * s, y + u * s + v * c]
    }
  }
}
function fits(middle: Point, heading: number, length: number, depth: number, free: (p: Point) => boolean): boolean {
  for (const p of lattice(middle, heading, length, depth, 2)) if (!free(p)) return false
  return true
}
function fill(grid: Grid, taken: Uint8Array, middle: Point, heading: number, length: number, depth: number): void {
  for (const p of lattice(middle, heading, length, depth, 1.2)) {
    const k = cellOf(grid, p)
    if (k >= 0) taken[k] = 1
  }
}
