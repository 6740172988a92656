import type { Random } from '../../random/random.ts'
import { type Line, lengthOf, type Point, simplify, slice, walk } from '../geometry/geometry.ts'
import type { CityPlan, Street } from '../plan/city-plan.ts'
import { majorStreets } from '../plan/features.ts'
import { districtAt, type NewThing, numbered, spreadOut } from './placement.ts'

export function mobilityThings(plan: CityPlan, random: Random): NewThing[] {
  const major = majorStreets(plan)
  return [
    ...segments(plan, random, major),
    ...counters(plan, random, major),
    ...docks(plan, random),
    ...bikeCounters(plan, random),
  ]
}

const FREE_SPEED = { arterial: 50, collector: 40, local: 30 } as const

/** Stretches of 350 to 700 m of the major streets, spread over the city; their travel time is measured end to end. */
function segments(plan: CityPlan, random: Random, major: readonly Street[]): NewThing[] {
  const pieces: { street: Street; line: Line; from: number }[] = []
  for (const street of major) {
    const n = Math.max(1, Math.round(street.lengthM / 520))
    for (let k = 0; k < n; k++) {
      const line = slice(street.line, (k * street.lengthM) / n, ((k + 1) * street.lengthM) / n)
      if (line.length > 1 && lengthOf(line) > 220) pieces.push({ street, line, from: k })
    }
  }
  const arterial = spreadOut(
    pieces.filter((p) => p.street.class === 'arterial'),
    (p) => p.line[0] as Point,
    52,
    () => random.next(),
  )
  const other = spreadOut(
    pieces.filter((p) => p.street.class === 'collector'),
    (p) => p.line[0] as Point,
    70 - arterial.length,
    () => random.next(),
  )
  return [...arterial, ...other].map(({ street, line }, i) => {
    const lengthM = Math.round(lengthOf(line))
    const freeKmh = FREE_SPEED[street.class]
    return {
      key: numbered('segment', i + 1),
      name: `${street.name}, ${districtAt(plan, line[Math.floor(line.length / 2)] as Point)?.name ?? 'bridge'}`,
      domain: 'mobility',
      kind: 'street_segment',
      grade: 'indicative',
      line: simplify(line, 2),
      interval: 900,
      attributes: {
        street: street.name,
        lengthM,
        freeFlowTravelTimeS: Math.round((lengthM / (freeKmh / 3.6)) * 10) / 10,
        majorStreet: true,
        streetClass: street.class,
      },
    }
  })
}

function counters(plan: CityPlan, random: Random, major: readonly Street[]): NewThing[] {
  const spots = [
    ...major.flatMap((s) => walk(s.line, 130, 60).map((w) => ({ at: w.at, street: s }))),
    ...plan.streets
      .filter((s) => s.class === 'collector')
      .flatMap((s) => walk(s.line, 400, 150).map((w) => ({ at: w.at, street: s }))),
  ].filter((s) => plan.terrain.land(s.at) > 15)
  const names = new Set(major.map((s) => s.id))
  return spreadOut(
    spots,
    (s) => s.at,
    60,
    () => random.next(),
  ).map(({ at, street }, i) => ({
    key: numbered('counter', i + 1),
    name: `${street.name} counter ${i + 1}`,
    domain: 'mobility',
    kind: 'traffic_counter',
    grade: 'indicative',
    at,
    interval: 900,
    ...(i % 3 === 2 && { device: `senml/urn:dev:ow:10e2073a010a${(0x0300 + i).toString(16).padStart(4, '0')}` }),
    attributes: { street: street.name, majorStreet: names.has(street.id), streetClass: street.class },
  }))
}

type Row = {
  readonly along: (street: Street) => boolean
  /** m between two places of a street, and from its beginning to the first */
  readonly step: number
  readonly first: number
  /** m to the east and north of the middle of the street */
  readonly beside: Point
  /** built up as much at least, 0 to 1 */
  readonly urban: number
  readonly count: number
}

/** So many places next to streets, on dry land, spread over the city. */
function besideStreets(plan: CityPlan, random: Random, { along, step, first, beside, urban, count }: Row) {
  const spots = plan.streets
    .filter(along)
    .flatMap((street) => walk(street.line, step, first).map(({ at }) => ({ at: plus(at, beside), street })))
    .filter(({ at }) => plan.terrain.land(at) > 15 && plan.urban.at(at) > urban)
  return spreadOut(
    spots,
    ({ at }) => at,
    count,
    () => random.next(),
  )
}
const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]]

function docks(plan: CityPlan, random: Random): NewThing[] {
  const row: Row = { along: (s) => s.class !== 'local', step: 90, first: 40, beside: [12, -8], urban: 0.36, count: 36 }
  return besideStreets(plan, random, row).map(({ at, street }, i) => ({
    key: numbered('dock', i + 1),
    name: `${street.name} bicycles ${i + 1}`,
    domain: 'mobility',
    kind: 'bike_dock',
    grade: 'indicative',
    at,
    interval: 900,
    attributes: { capacity: random.int(12, 30), street: street.name },
  }))
}

/** Cars to share, parked where many people live; the centres have more of them. */
export function carStations(plan: CityPlan, random: Random): NewThing[] {
  const row: Row = { along: (s) => s.class !== 'arterial', step: 70, first: 35, beside: [6, 4], urban: 0.5, count: 8 }
  return besideStreets(plan, random, row).map(({ at, street }, i) => ({
    key: numbered('cars', i + 1),
    name: `${street.name} shared cars`,
    domain: 'mobility',
    kind: 'car_station',
    grade: 'indicative',
    at,
    interval: 900,
    attributes: { capacity: random.int(3, 7), street: street.name },
  }))
}

function bikeCounters(plan: CityPlan, random: Random): NewThing[] {
  const along = ({ role, class: kind }: Street): boolean =>
    role === 'boulevard' || role === 'inner ring' || role === 'link' || kind === 'collector'
  const row: Row = { along, step: 200, first: 90, beside: [-7, 5], urban: 0.3, count: 12 }
  return besideStreets(plan, random, row).map(({ at, street }, i) => ({
    key: numbered('bike-counter', i + 1),
    name: `${street.name} bicycle counter`,
    domain: 'mobility',
    kind: 'bike_counter',
    grade: 'indicative',
    at,
    interval: 900,
    device: `things-stack/bike-loop-${String(i + 1).padStart(2, '0')}`,
    attributes: { street: street.name },
  }))
}
