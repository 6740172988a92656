import type { Random } from '../../random/random.ts'
import { distance, type Point, walk } from '../geometry/geometry.ts'
import type { CityPlan } from '../plan/city-plan.ts'
import { districtAt, type NewThing, numbered, spreadOut } from './placement.ts'

/** Four type-approved stations, eleven verified ones, forty of the kind that people screw to a balcony. */
export function airThings(plan: CityPlan, random: Random): NewThing[] {
  const kerb = plan.streets
    .filter((s) => s.class === 'arterial')
    .flatMap((s) => walk(s.line, 60, 30).map((w) => ({ at: w.at, name: s.name })))
  const onLand = kerb.filter((k) => plan.terrain.land(k.at) > 25)
  const homes = plan.buildings.filter((b) => b.use !== 'works')
  const draw = () => random.next()
  const out: NewThing[] = []
  const add = (
    grade: NewThing['grade'],
    siting: string,
    at: Point,
    label: string,
    device?: string,
    instruments = 'pm2_5 pm10',
  ) => {
    const n = out.length + 1
    out.push({
      key: numbered('air', n),
      name: label,
      domain: 'air',
      kind: 'air_station',
      grade,
      at,
      interval: 900,
      ...(device !== undefined && { device }),
      attributes: { siting, instruments },
    })
  }
  const all = 'pm2_5 pm10 no2 o3 so2 co temperature relative_humidity'
  const traffic = spreadOut(onLand, (k) => k.at, 8, draw)
  const parks = spreadOut(plan.parks, (p) => p.centre, 6, draw)
  for (const k of traffic.slice(0, 2)) add('reference', 'traffic', aside(k.at, 9), `${k.name} kerbside`, undefined, all)
  for (const p of parks.slice(0, 2)) add('reference', 'background', p.centre, `${p.name} background`, undefined, all)
  for (const [i, k] of traffic.slice(2, 7).entries())
    add(
      'indicative',
      'traffic',
      aside(k.at, 8),
      `${k.name} roadside`,
      `senml/urn:dev:mac:0024befffe80${hex(0x4100 + i)}`,
      'pm2_5 pm10 no2 temperature relative_humidity',
    )
  for (const [i, p] of parks.slice(2, 6).entries())
    add(
      'indicative',
      'background',
      p.centre,
      `${p.name}`,
      `things-stack/aq-node-${100 + i}`,
      'pm2_5 pm10 no2 o3 temperature relative_humidity',
    )
  const works = plan.buildings.filter((b) => b.use === 'works')
  for (const [i, w] of spreadOut(works, (b) => b.centre, 2, draw).entries())
    add(
      'indicative',
      'industrial',
      aside(w.centre, 40),
      `${districtAt(plan, w.centre)?.name ?? ''} works fence ${i + 1}`,
      `things-stack/aq-works-${i + 1}`,
      'pm2_5 pm10 no2 so2 co temperature relative_humidity',
    )
  for (const [i, b] of spreadOut(homes, (h) => h.centre, 40, draw).entries()) {
    const name = `${districtAt(plan, b.centre)?.name ?? 'Selmora'} balcony ${i + 1}`
    const { device, instruments } = lowCost(i)
    const nearRoad = onLand.some((k) => distance(k.at, b.centre) < 45)
    add('low_cost', nearRoad ? 'traffic' : 'background', b.centre, name, device, instruments)
  }
  return out
}
function lowCost(i: number): { device: string; instruments: string } {
  if (i % 5 < 2)
    return {
      device: `sensor-community/esp8266-${12_300_000 + i * 7919}`,
      instruments: 'pm2_5 pm10 temperature relative_humidity pressure',
    }
  if (i % 5 === 2)
    return {
      device: `tasmota/air_${String(i).padStart(2, '0')}`,
      instruments: 'pm2_5 pm10 temperature relative_humidity pressure',
    }
  if (i % 5 === 3)
    return {
      device: `zigbee2mqtt/sen55_${String(i).padStart(2, '0')}`,
      instruments: 'pm1 pm2_5 pm10 temperature relative_humidity',
    }
  return {
    device: `things-stack/pm-lora-${String(i).padStart(2, '0')}`,
    instruments: 'pm2_5 pm10 temperature relative_humidity',
  }
}
const hex = (n: number): string => n.toString(16).padStart(4, '0')
const aside = ([x, y]: Point, by: number): Point => [x + by, y + by * 0.6]

export function weatherThings(plan: CityPlan, random: Random): NewThing[] {
  const places = spreadOut(
    plan.parks,
    (p) => p.centre,
    3,
    () => random.next(),
  )
  return places.map((p, i) => ({
    key: numbered('weather', i + 1),
    name: `${p.name} weather`,
    domain: 'weather',
    kind: 'weather_station',
    grade: i === 0 ? 'reference' : 'indicative',
    at: [p.centre[0] + 25, p.centre[1] + 15],
    interval: 900,
    attributes: {},
    ...(i === 2 && { device: 'things-stack/weather-lora-3' }),
  }))
}
