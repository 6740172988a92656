import type { Random } from '../../random/random.ts'
import { distance, type Point } from '../geometry/geometry.ts'
import type { CityPlan } from '../plan/city-plan.ts'
import { districtAt, type NewThing, numbered, spreadOut } from './placement.ts'

export function connectivityThings(plan: CityPlan, random: Random): NewThing[] {
  return [...masts(plan, random), ...hotspots(plan, random), ...probes()]
}

/** Masts stand where customers are; the far poor district was left with one old mast. */
function masts(plan: CityPlan, random: Random): NewThing[] {
  const roofs = plan.buildings.filter((b) => plan.urban.at(b.centre) > 0.3)
  const poorest = [...plan.districts].sort((a, b) => a.wealth - b.wealth)[0]
  const served = roofs.filter((b) => b.district !== poorest?.label)
  const sites = spreadOut(
    served,
    (b) => b.centre,
    13,
    () => random.next(),
  ).map((b) => b.centre)
  const lonely = plan.buildings.filter((b) => b.district === poorest?.label)[0]?.centre
  const all: Point[] = [...sites, ...(lonely ? [lonely] : [])]
  return all.map((at, i) => {
    const alone = i === all.length - 1 && lonely !== undefined
    const near = Math.min(distance(at, plan.terrain.centre), distance(at, plan.terrain.secondCentre))
    const technologies = alone ? '3g 4g' : near < 1700 ? '3g 4g 5g' : i % 3 === 0 ? '4g 5g' : '3g 4g'
    return {
      key: numbered('mast', i + 1),
      name: `${districtAt(plan, at)?.name ?? 'Selmora'} mast`,
      domain: 'connectivity',
      kind: 'mast',
      grade: 'indicative',
      at,
      interval: 900,
      attributes: {
        technologies,
        heightM: alone ? 18 : random.int(22, 38),
        powerDbm: alone ? 43 : 46,
        emfCompliant: !alone,
      },
    }
  })
}

/** Broadband probes on roofs near four masts; the others have their operator's declaration alone. */
export function fieldProbes(things: readonly NewThing[]): NewThing[] {
  const sites = things.filter((thing) => thing.kind === 'mast').filter((_, i) => i % 4 === 0)
  return sites.flatMap(({ key, name, at }, i) =>
    at
      ? {
          key: numbered('field', i + 1),
          name: `${name} field probe`,
          domain: 'connectivity',
          kind: 'field_probe',
          grade: 'reference',
          at: [at[0] + 30 + 12 * i, at[1] - 24],
          interval: 900,
          attributes: { site: key },
        }
      : [],
  )
}

function hotspots(plan: CityPlan, random: Random): NewThing[] {
  const spots: { at: Point; name: string }[] = [
    ...plan.parks
      .filter((_, i) => i % 2 === 0)
      .map((p) => ({ at: [p.centre[0] - 10, p.centre[1] + 12] as Point, name: p.name })),
    ...spreadOut(
      plan.buildings.filter((b) => plan.urban.at(b.centre) > 0.4 && b.use !== 'works'),
      (b) => b.centre,
      36,
      () => random.next(),
    ).map((b) => ({ at: b.centre, name: `${districtAt(plan, b.centre)?.name ?? 'Selmora'} square` })),
  ].slice(0, 36)
  return spots.map(({ at, name }, i) => ({
    key: numbered('wifi', i + 1),
    name: `${name} Wi-Fi ${i + 1}`,
    domain: 'connectivity',
    kind: 'wifi_hotspot',
    grade: 'indicative',
    at,
    interval: 900,
    ...(i % 4 === 3 && {
      device: `senml/urn:dev:mac:b827ebfffe${(0x10_00_00 + i * 4099).toString(16).padStart(6, '0')}`,
    }),
    attributes: { public: i % 9 !== 8, capacity: random.int(40, 120) },
  }))
}

/** Vehicles that carry a drive-test phone: buses, post vans, waste trucks. They have no fixed place. */
function probes(): NewThing[] {
  const carriers = [
    'Bus 1',
    'Bus 2',
    'Bus 3',
    'Bus 4',
    'Bus 5',
    'Post van 1',
    'Post van 2',
    'Waste truck 1',
    'Waste truck 2',
    'Taxi 1',
    'Taxi 2',
    'Survey car',
  ]
  return carriers.map((name, i) => ({
    key: numbered('probe', i + 1),
    name: `${name} drive test`,
    domain: 'connectivity',
    kind: 'probe',
    grade: 'indicative',
    interval: 900,
    attributes: { carrier: name },
  }))
}
