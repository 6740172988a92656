import { fractal2 } from '../../random/noise.ts'
import { assemble, type Polygon, smooth, traceArcs } from '../geometry/arcs.ts'
import { distance, type Point } from '../geometry/geometry.ts'
import { middleOf } from '../geometry/raster.ts'
import type { Division } from './districts.ts'
import type { Terrain } from './terrain.ts'

/** Parks are blocks left unbuilt; woods cover part of the hills. */
export type Park = {
  name: string
  polygons: Polygon[]
  areaM2: number
  centre: Point
  kind: 'park' | 'wood'
  block: number
}

export function createParks(division: Division, terrain: Terrain, names: readonly string[]): Park[] {
  const chosen: { id: number; centre: Point; areaM2: number }[] = []
  const wanted = [
    { near: 900, size: [30_000, 130_000], count: 1 },
    { near: 1600, size: [16_000, 120_000], count: 4 },
    { near: 3500, size: [12_000, 120_000], count: 9 },
  ] as const
  for (const { near, size, count } of wanted) {
    const candidates = division.blocks
      .filter(
        (b) => b.areaM2 > size[0] && b.areaM2 < size[1] && b.urban > 0.18 && distance(b.centre, terrain.centre) < near,
      )
      .sort((a, b) => b.areaM2 - a.areaM2 || a.id - b.id)
    let left: number = count
    for (const block of candidates) {
      if (left === 0) break
      if (chosen.some((c) => distance(c.centre, block.centre) < 420)) continue
      chosen.push(block)
      left--
    }
  }
  const outlines = outline(
    division,
    (k) => chosen.findIndex((c) => c.id === division.blockLabels[k]) + 1,
    4,
    chosen.length,
  )
  return chosen.map((block, i) => ({
    name: names[i % names.length] as string,
    polygons: outlines[i] as Polygon[],
    areaM2: block.areaM2,
    centre: block.centre,
    kind: 'park' as const,
    block: block.id,
  }))
}

export function createWoods(seed: number, division: Division, terrain: Terrain, urban: (p: Point) => number): Park[] {
  const wooded = (k: number): number => {
    if (division.labels[k] === 0) return 0
    const p = middleOf(division.grid, k)
    if (terrain.land(p) < 40 || urban(p) > 0.2) return 0
    return fractal2(seed + 95, p[0] / 760, p[1] / 760, 3) - 2.2 * Math.max(0, urban(p) - 0.06) > 0.02 ? 1 : 0
  }
  const [all = []] = outline(division, wooded, 9, 1)
  const polygons = all.filter((rings) => areaOfRing(rings) > 25_000)
  const areaM2 = polygons.reduce((sum, rings) => sum + areaOfRing(rings), 0)
  return polygons.length === 0 ? [] : [{ name: 'Commons', polygons, areaM2, centre: [0, 0], kind: 'wood', block: 0 }]
}
const areaOfRing = (rings: Polygon): number =>
  rings.reduce((sum, ring) => {
    let part = 0
    for (let i = 0; i < ring.length; i++) {
      const a = ring[i] as Point
      const b = ring[(i + 1) % ring.length] as Point
      part += a[0] * b[1] - b[0] * a[1]
    }
    return sum + part / 2
  }, 0)

/** The polygons of each label from 1 to `count`; `labelOf` says which cell has which, 0 for none. */
function outline(division: Division, labelOf: (k: number) => number, tolerance: number, count: number): Polygon[][] {
  const mask = new Int32Array(division.labels.length)
  for (let k = 0; k < mask.length; k++) if (division.labels[k] !== 0) mask[k] = labelOf(k)
  const arcs = traceArcs(division.grid, mask, (line) => smooth(line, 4, tolerance))
  return Array.from({ length: count }, (_, i) => assemble(arcs, (label) => label === i + 1))
}
