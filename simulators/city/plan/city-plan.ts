/** The plan of a generated city: what every part of the generator reads. Lengths are in metres. */
import type { Polygon } from '../geometry/arcs.ts'
import type { Line, Point, Projection } from '../geometry/geometry.ts'
import type { StreetClass } from './arterials.ts'
import type { Block, Division } from './districts.ts'
import type { Park } from './green.ts'
import type { Terrain } from './terrain.ts'
import type { Urban } from './urban.ts'

/** A building footprint (four corners, metres), what it is used for, and the district it stands in (label from 1). */
export type Building = { ring: Line; centre: Point; areaM2: number; use: BuildingUse; district: number; block: number }
export type BuildingUse = 'house' | 'terrace' | 'apartments' | 'works'

export type Street = {
  id: number
  name: string
  class: StreetClass
  line: Line
  lengthM: number
  bridge: boolean
  role: string
}
export type Character = 'old' | 'second' | 'water' | 'inland' | 'outer'
export type District = {
  label: number
  key: string
  name: string
  character: Character
  polygons: Polygon[]
  areaM2: number
  centre: Point
  population: number
  households: number
  income: number
  /** 0 (deprived) to 1 (well off); what income, loads and connections lean on */
  wealth: number
}
export type CityPlan = {
  seed: number
  terrain: Terrain
  urban: Urban
  projection: Projection
  division: Division
  land: Polygon[]
  streets: Street[]
  districts: District[]
  blocks: (Block & { population: number })[]
  parks: Park[]
  woods: Park[]
  rail: Line
  buildings: Building[]
}
