import { HOUR_SECONDS } from '#model/basics/durations.ts'
import { distance, lerp, type Point, round } from '../geometry/geometry.ts'
import type { CityPlan, District } from '../plan/city-plan.ts'
import { districtAt, type NewThing, numbered } from './placement.ts'
import { openSpot, type Spot, spotsOnLand } from './spots.ts'
import { streetKm } from './street-km.ts'

/**
 * Drinking water from the tarn and the river to the customers, and storm water back to the sea. Parameters that the readings
 * follow stand in the registry as attributes.
 */
export function waterThings(plan: CityPlan): NewThing[] {
  const spots = spotsOnLand(plan)
  const km = streetKm(plan)
  const works = worksOf(plan, spots)
  return [
    ...works,
    ...reservoirs(plan, spots, works),
    ...pumpingStations(plan, spots, works),
    ...plan.districts.flatMap((d, i) => supplied(plan, spots, works, d, i, km.get(d.key) ?? 1)),
    ...drainBasins(plan, spots, km),
  ]
}

type Placed = NewThing & { at: Point }
const water = (thing: Omit<Placed, 'domain'>): Placed => ({ domain: 'water', ...thing })

/** Two works: on the shore of the tarn, and on the river above the town. */
function worksOf(plan: CityPlan, spots: readonly Spot[]): Placed[] {
  const { river, centre } = plan.terrain
  const tarn = river.at(-1) as Point
  const upstream = river[Math.floor(river.length * 0.72)] as Point
  const banks = spots.filter(({ shore }) => shore > 15 && shore < 60)
  const onTarn = openSpot(plan, banks, lerp(tarn, centre, 0.05))
  const onRiver = openSpot(plan, banks, upstream)
  return [
    { spot: onTarn, name: 'Tarn waterworks', share: 0.68 },
    { spot: onRiver, name: 'River waterworks', share: 0.32 },
  ].map(({ spot, name, share }, i) =>
    water({
      key: numbered('water-intake', i + 1),
      name,
      kind: 'water_intake',
      grade: 'reference',
      at: spot.at,
      interval: 900,
      attributes: { share },
    }),
  )
}

/** Each works fills a reservoir on the way to town, from which its share of the network is fed. */
function reservoirs(plan: CityPlan, spots: readonly Spot[], works: readonly Placed[]): Placed[] {
  const inland = spots.filter(({ shore }) => shore > 130)
  return works.map((one, i) =>
    water({
      key: numbered('reservoir', i + 1),
      name: `${one.name.split(' ')[0]} service reservoir`,
      kind: 'reservoir',
      grade: 'indicative',
      at: openSpot(plan, inland, lerp(one.at, plan.terrain.centre, 0.18)).at,
      interval: 1800,
      device: `senml/urn:dev:ow:10e2073a010b${(0x0400 + i).toString(16).padStart(4, '0')}`,
      attributes: { share: Number(one.attributes['share']), meanLevelM: 4.2, areaM2: i === 0 ? 1600 : 800 },
    }),
  )
}

const nearestOf = <T extends { at: Point }>(places: readonly T[], to: Point): T =>
  places.reduce((best, place) => (distance(place.at, to) < distance(best.at, to) ? place : best))

/** The nine districts farthest from the works are lifted to, in three groups; the others are fed by gravity. */
function pumpingStations(plan: CityPlan, spots: readonly Spot[], works: readonly Placed[]): Placed[] {
  const away = (d: District): number => distance(nearestOf(works, d.centre).at, d.centre)
  const far = [...plan.districts].sort((a, b) => away(b) - away(a) || a.label - b.label).slice(0, 9)
  const heads: District[] = far.slice(0, 1)
  while (heads.length < 3) {
    const apart = (d: District): number => Math.min(...heads.map((head) => distance(head.centre, d.centre)))
    heads.push(far.reduce((best, d) => (apart(d) > apart(best) ? d : best)))
  }
  const groups = Map.groupBy(far, (d) =>
    heads.reduce((best, head) => (distance(head.centre, d.centre) < distance(best.centre, d.centre) ? head : best)),
  )
  return heads.map((head, i) => {
    const fed = groups.get(head) ?? []
    const middle: Point = [
      fed.reduce((sum, d) => sum + d.centre[0], 0) / fed.length,
      fed.reduce((sum, d) => sum + d.centre[1], 0) / fed.length,
    ]
    const dry = spots.filter(({ shore }) => shore > 25)
    const { at } = openSpot(plan, dry, lerp(nearestOf(works, middle).at, middle, 0.7))
    return water({
      key: numbered('pump', i + 1),
      name: `${districtAt(plan, at)?.name ?? 'Selmora'} pumping station`,
      kind: 'pumping_station',
      grade: 'indicative',
      at,
      interval: 1800,
      attributes: { feeds: fed.map(({ key }) => key).join(' '), headM: 38 + 6 * i, efficiency: 0.66 },
    })
  })
}

/** A district's two sides: the meter at its inlet, and the sum of its customers' meters, which the utility reads every hour. */
function supplied(
  plan: CityPlan,
  spots: readonly Spot[],
  works: readonly Placed[],
  d: District,
  i: number,
  streets: number,
): Placed[] {
  const inside = spots.filter(({ district, shore }) => district === d.label && shore > 12)
  const source = nearestOf(works, d.centre).at
  const central = d.character === 'old' || d.character === 'second'
  // flats share a service pipe, so there are fewer connections than meters
  const waterMeters = d.households + Math.round(d.population * (central ? 0.05 : 0.02))
  const connections = Math.round(waterMeters * (d.character === 'outer' ? 0.8 : central ? 0.28 : 0.42))
  const networkKm = round(streets * 0.9, 1)
  return [
    water({
      key: `district-meter-${d.key}`,
      name: `${d.name} inlet`,
      kind: 'district_meter',
      grade: 'reference',
      at: openSpot(plan, inside, lerp(d.centre, source, 0.25)).at,
      interval: 1800,
      ...(i % 3 === 0 && { device: `senml/urn:dev:ow:10e2073a010c${(0x0500 + i).toString(16).padStart(4, '0')}` }),
      attributes: {
        zoneKey: d.key,
        networkKm,
        connections,
        pressureM: 36 + 3 * (i % 5),
        // cast iron in the old quarters, young pipes where people moved late
        ili: round(central ? 6.8 : d.character === 'water' ? 5.5 : d.character === 'inland' ? 4.4 : 3.2, 1),
      },
    }),
    water({
      key: `water-${d.key}`,
      name: `${d.name} water customers`,
      kind: 'water_district',
      grade: 'reference',
      at: openSpot(plan, inside, d.centre).at,
      interval: HOUR_SECONDS,
      attributes: {
        zoneKey: d.key,
        networkKm,
        waterMeters,
        smartWaterMeters: Math.round(waterMeters * Math.min(0.9, 0.08 + 0.4 * d.wealth + (central ? 0.1 : 0))),
        litresPerHead: Math.round(138 + 30 * d.wealth + (central ? 18 : 0)),
      },
    }),
  ]
}

/** Storm water leaves each district by an outfall at its shore or river bank; four districts have no instrument yet. */
function drainBasins(plan: CityPlan, spots: readonly Spot[], km: ReadonlyMap<string, number>): Placed[] {
  const last = [...plan.districts].sort((a, b) => a.population - b.population || a.label - b.label).slice(0, 4)
  return plan.districts.map((d, i) => {
    const inside = spots.filter(({ district }) => district === d.label)
    const least = Math.min(...inside.map(({ shore }) => shore))
    const low = inside.filter(({ shore }) => shore < least + 8)
    const networkKm = round((km.get(d.key) ?? 1) * 0.55, 1)
    const monitored = !last.includes(d)
    return water({
      key: `drain-${d.key}`,
      name: `${d.name} outfall`,
      kind: 'drain_basin',
      grade: 'indicative',
      at: openSpot(plan, low, d.centre).at,
      interval: 1800,
      ...(monitored && { device: `things-stack/drain-level-${String(i + 1).padStart(2, '0')}` }),
      attributes: {
        zoneKey: d.key,
        networkKm,
        monitored,
        // a strip of forty metres along each drained street
        catchmentHa: round(networkKm * 4, 1),
        runoffCoefficient: d.character === 'outer' ? 0.35 : d.character === 'inland' ? 0.5 : 0.7,
      },
    })
  })
}
