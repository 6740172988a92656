import { fractal2 } from '../../random/noise.ts'
import { createRandom } from '../../random/random.ts'
import { type Arc, assemble, type Polygon, smooth, traceArcs } from '../geometry/arcs.ts'
import { areaOf, distance, type Line, type Point } from '../geometry/geometry.ts'
import { cellOf, components, drawLine, fillNearest, type Grid, middleOf } from '../geometry/raster.ts'
import { slopeAngle, type Way } from './arterials.ts'
import type { Terrain } from './terrain.ts'
import type { Urban } from './urban.ts'

/** A piece of land between streets. `district` is a label from 1. */
export type Block = { id: number; centre: Point; areaM2: number; district: number; urban: number }
export type Division = {
  grid: Grid
  /** district label of every cell, 0 in water */
  labels: Int32Array
  /** block id of every cell, 0 in streets and water */
  blockLabels: Int32Array
  blocks: Block[]
  sites: Point[]
  districts: Polygon[][]
  land: Polygon[]
}

const CELL = 5
/** larger pieces are countryside: divided by distance, not kept whole */
const LARGEST_BLOCK_CELLS = 5000

export function divide(
  seed: number,
  terrain: Terrain,
  ways: readonly Way[],
  urban: Urban,
  grid: Grid,
  count: number,
): Division {
  const { width, height } = grid
  const dry = new Uint8Array(width * height)
  for (let k = 0; k < dry.length; k++) dry[k] = terrain.land(middleOf(grid, k)) > 0 ? 1 : 0
  const street = new Uint8Array(width * height)
  for (const way of ways) drawLine(grid, street, way.line, way.class === 'arterial' ? 6 : 0, 1)
  for (let k = 0; k < street.length; k++) street[k] = dry[k] === 1 && street[k] === 0 ? 1 : 0
  const found = components(grid, street)
  const sites = placeSites(seed, terrain, urban, grid, dry, count)
  const labels = new Int32Array(width * height)
  const byBlock = found.cells.map((cells, id) =>
    id === 0 || cells > LARGEST_BLOCK_CELLS
      ? 0
      : nearestSite(terrain.bank, sites, [found.sumX[id] as number, found.sumY[id] as number]),
  )
  const country = new Map<number, number>()
  for (let k = 0; k < labels.length; k++) {
    const id = found.labels[k] as number
    if (id === 0) continue
    labels[k] = byBlock[id] || countryLabel(seed, grid, terrain.bank, sites, country, k)
  }
  fillNearest(grid, labels, (k) => dry[k] === 1)
  mergeFragments(grid, labels, dry)
  const arcs = traceArcs(grid, labels, (line, left, right) => shape(terrain, line, left, right))
  const blocks = found.cells.flatMap((cells, id) =>
    id === 0 || cells < 24 ? [] : [makeBlock(grid, found.labels, labels, urban, id, cells, found)],
  )
  return { grid, labels, blockLabels: found.labels, blocks, sites: sites.map((site) => site.at), ...areas(arcs, count) }
}

function areas(arcs: readonly Arc[], count: number): Pick<Division, 'districts' | 'land'> {
  const districts = Array.from({ length: count }, (_, i) => assemble(arcs, (label) => label === i + 1))
  return { districts, land: assemble(arcs, (label) => label > 0) }
}

function makeBlock(
  grid: Grid,
  blockLabels: Int32Array,
  labels: Int32Array,
  urban: Urban,
  id: number,
  cells: number,
  found: { sumX: number[]; sumY: number[] },
): Block {
  let centre: Point = [found.sumX[id] as number, found.sumY[id] as number]
  if (blockLabels[cellOf(grid, centre)] !== id) centre = middleOf(grid, blockLabels.indexOf(id))
  return {
    id,
    centre,
    areaM2: cells * CELL * CELL,
    district: labels[cellOf(grid, centre)] as number,
    urban: urban.at(centre),
  }
}

/** The shore takes its true place from the terrain; borders on land keep to the middle of the street. */
function shape(terrain: Terrain, line: Line, left: number, right: number): Line {
  const onShore = left === 0 || right === 0
  if (!onShore) return smooth(line, 3, 5)
  const eased = smooth(line, 4, 0)
  const last = eased.length - 1
  return smooth(
    eased.map((p, i) => (i === 0 || i === last ? p : toShore(terrain, p))),
    1,
    2.5,
  )
}
function toShore(terrain: Terrain, p: Point): Point {
  const up = slopeAngle(terrain.land, p)
  const move = Math.max(-6, Math.min(6, -terrain.land(p)))
  return [p[0] + move * Math.cos(up), p[1] + move * Math.sin(up)]
}

/** Small districts in the centres, large ones outside: the distance to a site is measured in its own size. */
const sizeOf = (site: Point, centres: readonly Point[]): number =>
  0.72 + Math.min(1, Math.min(...centres.map((c) => distance(site, c))) / 2200)

type Bank = (p: Point) => number
type Site = { readonly at: Point; readonly size: number }
const withSizes = (points: readonly Point[], centres: readonly Point[]): Site[] =>
  points.map((at) => ({ at, size: sizeOf(at, centres) }))

function nearestSite(bank: Bank, sites: readonly Site[], p: Point): number {
  let best = 1
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < sites.length; i++) {
    const { at, size } = sites[i] as Site
    const plain = Math.hypot(p[0] - at[0], p[1] - at[1]) / size
    if (plain >= least) continue
    const d = plain + (crossesRiver(bank, p, at) ? 1400 : 0)
    if (d >= least) continue
    least = d
    best = i + 1
  }
  return best
}
/** Walks the straight line in steps as long as the river is away: `bank` behaves like the distance to it. */
function crossesRiver(bank: Bank, a: Point, b: Point): boolean {
  const d = distance(a, b)
  for (let t = 0; t < d; ) {
    const clear = bank([a[0] + ((b[0] - a[0]) * t) / d, a[1] + ((b[1] - a[1]) * t) / d])
    if (clear < 0) return true
    t += Math.max(15, clear * 0.8)
  }
  return false
}

/** Sites spread over where people live (k-means with a farthest-point start). The first are the two centres and the villages. */
function placeSites(seed: number, terrain: Terrain, urban: Urban, grid: Grid, dry: Uint8Array, count: number): Site[] {
  const random = createRandom(seed, 91)
  const centres = [terrain.centre, terrain.secondCentre]
  const samples: { p: Point; w: number }[] = []
  for (let x = -terrain.halfWidth; x < terrain.halfWidth; x += 95) {
    for (let y = -terrain.halfHeight; y < terrain.halfHeight; y += 95) {
      const p: Point = [x + random.between(0, 95), y + random.between(0, 95)]
      const at = cellOf(grid, p)
      if (at >= 0 && dry[at] === 1) samples.push({ p, w: 0.015 + Math.max(0, urban.at(p)) })
    }
  }
  let sites: Point[] = [...centres, ...urban.villages]
  while (sites.length < count) sites.push(farthest(samples, sites, centres))
  for (let round = 0; round < 9; round++) {
    const sized = withSizes(sites, centres)
    const sum = sites.map(() => [0, 0, 0] as [number, number, number])
    for (const { p, w } of samples) {
      const s = sum[nearestSite(terrain.bank, sized, p) - 1]
      if (!s) continue
      s[0] += p[0] * w
      s[1] += p[1] * w
      s[2] += w
    }
    sites = sites.map((site, i) => {
      const [x, y, w] = sum[i] as [number, number, number]
      return w === 0 ? site : [(x / w) * 0.8 + site[0] * 0.2, (y / w) * 0.8 + site[1] * 0.2]
    })
  }
  return withSizes(sites, centres)
}
function farthest(
  samples: readonly { p: Point; w: number }[],
  sites: readonly Point[],
  centres: readonly Point[],
): Point {
  let best: Point = centres[0] as Point
  let most = 0
  for (const { p, w } of samples) {
    const d = Math.min(...sites.map((s) => distance(p, s) / sizeOf(s, centres))) * (0.03 + w)
    if (d > most) {
      most = d
      best = p
    }
  }
  return best
}

/** A district is one piece: what was cut off goes to the neighbour, unless water lies all around it. */
function mergeFragments(grid: Grid, labels: Int32Array, dry: Uint8Array): void {
  const parts = components(grid, labels)
  const before = labels.slice()
  const largest = new Map<number, number>()
  for (let k = 0; k < labels.length; k++) {
    const part = parts.labels[k] as number
    const best = largest.get(labels[k] as number)
    if (part !== 0 && (best === undefined || (parts.cells[part] as number) > (parts.cells[best] as number)))
      largest.set(labels[k] as number, part)
  }
  for (let k = 0; k < labels.length; k++) if (largest.get(labels[k] as number) !== parts.labels[k]) labels[k] = 0
  fillNearest(grid, labels, (k) => dry[k] === 1)
  for (let k = 0; k < labels.length; k++) if (dry[k] === 1 && labels[k] === 0) labels[k] = before[k] as number
}

/** The district of open country, decided for two by two cells at a time. */
function countryLabel(
  seed: number,
  grid: Grid,
  bank: Bank,
  sites: readonly Site[],
  known: Map<number, number>,
  k: number,
): number {
  const i = (k % grid.width) >> 1
  const key = (Math.floor(k / grid.width) >> 1) * grid.width + i
  let label = known.get(key)
  if (label === undefined) {
    label = nearestSite(bank, sites, wander(seed, middleOf(grid, k)))
    known.set(key, label)
  }
  return label
}

/** Out in the country a border follows hedges and streams, not a ruler. */
const wander = (seed: number, [x, y]: Point): Point => [
  x + 230 * fractal2(seed + 131, x / 620, y / 620, 3),
  y + 230 * fractal2(seed + 132, x / 620, y / 620, 3),
]

export const areaOfPolygons = (polygons: readonly Polygon[]): number =>
  polygons.reduce((sum, rings) => sum + rings.reduce((part, ring) => part + areaOf(ring), 0), 0)
