import type { Random } from '../../random/random.ts'
import type { Point } from '../geometry/geometry.ts'
import type { Building, CityPlan } from '../plan/city-plan.ts'
import { districtAt, type NewThing, numbered, spreadOut } from './placement.ts'

const USES = [
  'school',
  'office',
  'clinic',
  'library',
  'apartments',
  'shop',
  'town hall',
  'sports hall',
  'works',
] as const

export function energyThings(plan: CityPlan, random: Random): NewThing[] {
  return [...feeders(plan), ...buildings(plan, random), ...plants(plan, random), ...intake(plan)]
}

/** One feeder a district: it meters all that the district's customers draw. */
function feeders(plan: CityPlan): NewThing[] {
  return plan.districts.map((d, i) => {
    const customers =
      d.households + Math.round(d.population * (d.character === 'old' || d.character === 'second' ? 0.09 : 0.035))
    // meters were changed quarter by quarter, the well-off and the central first
    const share = Math.min(0.97, 0.52 + 0.4 * d.wealth + (d.character === 'outer' ? -0.12 : 0.08))
    return {
      key: `feeder-${d.key}`,
      name: `${d.name} feeder`,
      domain: 'energy',
      kind: 'feeder',
      grade: 'reference',
      at: insideOf(plan, d.label),
      interval: 900,
      attributes: {
        zoneKey: d.key,
        customers,
        smartMeters: Math.round(customers * share),
        // a smart meter is needed, and a tariff that few have chosen so far
        demandResponseCustomers: Math.round(customers * share * (0.06 + 0.1 * d.wealth)),
        networkKm: Math.round(customers / 90),
      },
      ...(i % 3 === 1 && { device: `senml/urn:dev:ow:10e2073a0108${(0x0100 + i).toString(16).padStart(4, '0')}` }),
    }
  })
}
/** The busiest block of a district: the substation stands there. */
function insideOf(plan: CityPlan, label: number): Point {
  const mine = plan.blocks.filter((b) => b.district === label && b.areaM2 < 60_000)
  return (
    [...mine].sort((a, b) => b.population - a.population || a.id - b.id)[0]?.centre ??
    (plan.division.sites[label - 1] as Point)
  )
}

/** m2 of floor, stairs and walls included */
const FLOOR_A_RESIDENT = 42

function buildings(plan: CityPlan, random: Random): NewThing[] {
  const large = plan.buildings.filter((b) => b.areaM2 > 260)
  return spreadOut(
    large,
    (b) => b.centre,
    45,
    () => random.next(),
  ).map((b, i) => {
    const use = b.use === 'works' ? 'works' : (USES[i % (USES.length - 1)] as string)
    const isPublic = !['office', 'apartments', 'shop', 'works'].includes(use)
    const floors = b.use === 'works' ? 1 : random.int(2, 5)
    const floorAreaM2 = Math.round(b.areaM2 * floors)
    const format = i % 3
    const device =
      format === 0
        ? `tasmota/meter_${String(i).padStart(2, '0')}`
        : format === 1 && i % 2 === 1
          ? `zigbee2mqtt/plug_meter_${String(i).padStart(2, '0')}`
          : undefined
    return {
      key: numbered('building', i + 1),
      name: `${buildingName(plan, b)} ${use}`,
      domain: 'energy',
      kind: 'building',
      grade: 'indicative',
      at: b.centre,
      interval: 900,
      ...(device !== undefined && { device }),
      attributes: {
        public: isPublic,
        use,
        floorAreaM2,
        heat: (isPublic || use === 'apartments') && device === undefined,
        ...(use === 'apartments' && { residents: Math.round(floorAreaM2 / FLOOR_A_RESIDENT) }),
      },
    }
  })
}
const buildingName = (plan: CityPlan, b: Building): string => districtAt(plan, b.centre)?.name ?? 'Selmora'

function plants(plan: CityPlan, random: Random): NewThing[] {
  const roofs = spreadOut(
    plan.buildings.filter((b) => b.areaM2 > 500),
    (b) => b.centre,
    16,
    () => random.next(),
  )
  const solar = roofs.map(
    (b, i): NewThing => ({
      key: numbered('solar', i + 1),
      name: `${buildingName(plan, b)} solar roof`,
      domain: 'energy',
      kind: 'solar_plant',
      grade: 'indicative',
      at: [b.centre[0] + 2, b.centre[1] + 2],
      interval: 900,
      ...(i % 2 === 0 && { device: `senml/urn:dev:ow:10e2073a0109${(0x0200 + i).toString(16).padStart(4, '0')}` }),
      attributes: { renewableShare: 1, peakKw: i < 2 ? 950 : Math.round(random.between(60, 420)), tiltDegrees: 30 },
    }),
  )
  const hills = windySites(plan)
  const wind = spreadOut(
    hills,
    (p) => p,
    4,
    () => random.next(),
  ).map(
    (at, i): NewThing => ({
      key: numbered('wind', i + 1),
      name: `Commons wind turbine ${i + 1}`,
      domain: 'energy',
      kind: 'wind_plant',
      grade: 'indicative',
      at,
      interval: 900,
      attributes: { renewableShare: 1, peakKw: 1200 },
    }),
  )
  return [...solar, ...wind]
}
/** Open land away from homes and near the sea. */
function windySites(plan: CityPlan): Point[] {
  const out: Point[] = []
  for (let x = -4000; x < 4000; x += 110) {
    for (let y = -3300; y < 3300; y += 110) {
      const p: Point = [x, y]
      const land = plan.terrain.land(p)
      if (land > 90 && land < 380 && plan.urban.at(p) < 0.04) out.push(p)
    }
  }
  return out
}
function intake(plan: CityPlan): NewThing[] {
  const outer = [...plan.districts].filter((d) => d.character === 'outer' || d.character === 'water')
  return [0, 1].map((i) => {
    const d = outer[i * (outer.length - 1)] ?? plan.districts[0]
    return {
      key: numbered('grid-intake', i + 1),
      name: i === 0 ? 'Sea cable north' : 'Sea cable south',
      domain: 'energy',
      kind: 'grid_intake',
      grade: 'reference',
      at: insideOf(plan, d?.label ?? 1).map((v) => v + 45) as unknown as Point,
      interval: 900,
      attributes: { renewableShare: 0.41, share: i === 0 ? 0.62 : 0.38 },
    }
  })
}
