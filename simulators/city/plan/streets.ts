import { createRandom, type Random } from '../../random/random.ts'
import { distance, type Line, lengthOf, type Point, simplify, walk } from '../geometry/geometry.ts'
import type { StreetClass, Way } from './arterials.ts'
import type { Field } from './street-field.ts'
import type { Terrain } from './terrain.ts'

/**
 * Collectors and local streets as streamlines of the field, spaced apart from their own family (along or across the
 * field) and joined to what they meet (Jobard and Lefer, "Creating evenly-spaced streamlines of arbitrary density", 1997).
 */
type Family = 0 | 1
type Sample = { at: Point; family: Family; way: number }
type Rules = {
  class: StreetClass
  spacing: (p: Point) => number
  longest: number
  shortest: number
  allowed: (p: Point) => boolean
}

const STEP = 8
const BUCKET = 60

export function growStreets(
  seed: number,
  terrain: Terrain,
  field: Field,
  arterials: readonly Way[],
  urban: (p: Point) => number,
): Way[] {
  const ways: Way[] = [...arterials]
  const index = createIndex()
  for (const [i, way] of arterials.entries()) {
    for (const { at, heading } of walk(way.line, STEP)) index.add({ at, family: familyOf(field, at, heading), way: i })
  }
  const random = createRandom(seed, 61)
  const spread = (p: Point) => 1 + 0.9 * Math.max(0, 0.75 - urban(p))
  grow(random, terrain, field, index, ways, {
    class: 'collector',
    spacing: (p) => 330 * spread(p),
    longest: 2600,
    shortest: 320,
    allowed: (p) => terrain.land(p) > 45 && urban(p) > 0.1,
  })
  grow(random, terrain, field, index, ways, {
    class: 'local',
    spacing: (p) => 88 * spread(p),
    longest: 1100,
    shortest: 75,
    allowed: (p) => terrain.land(p) > 30 && urban(p) > 0.24,
  })
  return ways.map((way) => ({ ...way, line: simplify(way.line, way.class === 'local' ? 2.2 : 1.6) }))
}

const familyOf = (field: Field, at: Point, heading: number): Family =>
  Math.abs(Math.cos(heading - field.angleAt(at))) >= Math.SQRT1_2 ? 0 : 1

type Index = {
  add(sample: Sample): void
  nearest(p: Point, reach: number, family: Family | -1, notWay: number): { sample: Sample; d: number } | undefined
}

function createIndex(): Index {
  const buckets = new Map<number, Sample[]>()
  return {
    add: (sample) => {
      const k = bucketKey(Math.floor(sample.at[0] / BUCKET), Math.floor(sample.at[1] / BUCKET))
      const list = buckets.get(k)
      if (list) list.push(sample)
      else buckets.set(k, [sample])
    },
    nearest: (p, reach, family, notWay) => {
      let best: Sample | undefined
      let least = reach
      for (const bucket of around(p, reach)) {
        for (const sample of buckets.get(bucket) ?? []) {
          if ((family >= 0 && sample.family !== family) || sample.way === notWay) continue
          const d = distance(p, sample.at)
          if (d >= least) continue
          least = d
          best = sample
        }
      }
      return best && { sample: best, d: least }
    },
  }
}
const bucketKey = (i: number, j: number) => (i + 500) * 1000 + j + 500
function around([x, y]: Point, reach: number): number[] {
  const out: number[] = []
  for (let i = Math.floor((x - reach) / BUCKET); i <= Math.floor((x + reach) / BUCKET); i++) {
    for (let j = Math.floor((y - reach) / BUCKET); j <= Math.floor((y + reach) / BUCKET); j++) out.push(bucketKey(i, j))
  }
  return out
}

function grow(random: Random, terrain: Terrain, field: Field, index: Index, ways: Way[], rules: Rules): void {
  for (const p of random.shuffle(seedPoints(random, terrain, rules))) {
    for (const family of random.next() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)) {
      if (index.nearest(p, rules.spacing(p), family, -1)) continue
      const line = streamline(field, index, rules, p, family, ways.length)
      if (lengthOf(line) < rules.shortest) continue
      for (const { at } of walk(line, STEP)) index.add({ at, family, way: ways.length })
      ways.push({ line, class: rules.class, role: 'street', bridge: false })
    }
  }
}

function seedPoints(random: Random, terrain: Terrain, rules: Rules): Point[] {
  const step = rules.class === 'collector' ? 90 : 38
  const seeds: Point[] = []
  for (let x = -terrain.halfWidth; x < terrain.halfWidth; x += step) {
    for (let y = -terrain.halfHeight; y < terrain.halfHeight; y += step) {
      const p: Point = [x + random.between(0, step), y + random.between(0, step)]
      if (rules.allowed(p)) seeds.push(p)
    }
  }
  return seeds
}

function streamline(field: Field, index: Index, rules: Rules, seed: Point, family: Family, way: number): Line {
  const forward = follow(field, index, rules, seed, family, 1, way)
  const backward = follow(field, index, rules, seed, family, -1, way)
  return [...backward.reverse(), seed, ...forward]
}
function follow(
  field: Field,
  index: Index,
  rules: Rules,
  seed: Point,
  family: Family,
  side: 1 | -1,
  way: number,
): Line {
  const line: Line = []
  let at = seed
  let heading = field.angleAt(seed) + (family * Math.PI) / 2 + (side === 1 ? 0 : Math.PI)
  for (let travelled = 0; travelled < rules.longest / 2; travelled += STEP) {
    const middle: Point = [at[0] + (STEP / 2) * Math.cos(heading), at[1] + (STEP / 2) * Math.sin(heading)]
    heading = align(field.angleAt(middle) + (family * Math.PI) / 2, heading)
    const next: Point = [at[0] + STEP * Math.cos(heading), at[1] + STEP * Math.sin(heading)]
    if (!rules.allowed(next)) break
    line.push(next)
    at = next
    if (travelled > 2 * STEP && distance(at, seed) < STEP) break
    if (index.nearest(at, rules.spacing(at) * 0.55, family, way)) break
  }
  joinEnd(index, rules, line, heading, way)
  return line
}
const align = (angle: number, heading: number): number => (Math.cos(angle - heading) < 0 ? angle + Math.PI : angle)

/** A street that stops short runs on to the street ahead of it, so that few ends are left loose. */
function joinEnd(index: Index, rules: Rules, line: Line, heading: number, way: number): void {
  const end = line.at(-1)
  if (!end) return
  for (let ahead = STEP; ahead <= rules.spacing(end) * 1.15; ahead += STEP / 2) {
    const probe: Point = [end[0] + ahead * Math.cos(heading), end[1] + ahead * Math.sin(heading)]
    if (!rules.allowed(probe)) return
    const hit = index.nearest(probe, STEP * 0.75, -1, way)
    if (hit) {
      line.push(hit.sample.at)
      return
    }
  }
}
