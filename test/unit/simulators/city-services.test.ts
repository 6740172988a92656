import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { contains, distance, type Line, type Point } from '#simulators/city/geometry/geometry.ts'
import { createTerrain, type Terrain } from '#simulators/city/plan/terrain.ts'
import { farField, fieldAt } from '#simulators/physics/field-strength.ts'
import { createModels, type Models } from '#simulators/physics/readings.ts'
import { readWorld, type SimThing, type World } from '#simulators/world/world.ts'

const DEMO = join(import.meta.dirname, '../../../simulators/cities/demo')
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Monday 2 November 2026, 00:00; Lisbon keeps UTC in winter */
const MONDAY = Date.UTC(2026, 10, 2)
const NETWORK = ['water_intake', 'reservoir', 'pumping_station', 'district_meter', 'water_district', 'drain_basin']

type Shapes = { features: { geometry: { type: string; coordinates: unknown }; properties: Record<string, unknown> }[] }
let world: World
let models: Models
let terrain: Terrain
let land: Line[][]
beforeAll(async () => {
  world = await readWorld(DEMO)
  models = createModels(world)
  terrain = createTerrain(world.seed)
  const map = JSON.parse(await readFile(join(DEMO, 'map.geojson'), 'utf8')) as Shapes
  land = map.features
    .filter(({ properties }) => properties['layer'] === 'land')
    .flatMap(({ geometry: { type, coordinates } }) => (type === 'Polygon' ? [coordinates] : coordinates) as Line[][])
}, 60_000)
const of = (...kinds: string[]) => world.things.filter((t) => kinds.includes(t.kind))
const number = (t: SimThing | undefined, attribute: string) => Number(t?.attributes[attribute])
const keys = () => world.zones.map(({ key }) => key).sort()

describe('where things stand', () => {
  test('everything of the water network is on dry land, each in a place of its own', () => {
    const things = of(...NETWORK, 'car_station', 'field_probe')
    expect(things).toHaveLength(2 + 2 + 3 + 16 + 16 + 16 + 8 + 4)
    for (const { key, lonLat } of things)
      expect(
        land.some((rings) => lonLat && contains(rings, lonLat)),
        key,
      ).toBe(true)
    expect(new Set(of(...NETWORK).map(({ lonLat }) => String(lonLat))).size).toBe(of(...NETWORK).length)
  })
  test('each district has an inlet, customers and an outfall inside it', () => {
    for (const kind of ['district_meter', 'water_district', 'drain_basin']) {
      expect(
        of(kind)
          .map((t) => t.attributes['zoneKey'])
          .sort(),
      ).toEqual(keys())
      for (const t of of(kind)) expect(world.zoneAt(t.at)?.key, t.key).toBe(t.attributes['zoneKey'])
    }
  })
  test('one works is on the shore of the tarn, the other on the river; outfalls are lower than the inlets', () => {
    const [tarnWorks, riverWorks] = of('water_intake')
    const tarn = terrain.river.at(-1) as Point
    expect(distance(tarnWorks?.at as Point, tarn)).toBeLessThan(300)
    expect(terrain.bank(riverWorks?.at as Point)).toBeLessThan(70)
    expect(distance(riverWorks?.at as Point, tarn)).toBeGreaterThan(400)
    const shore = (kind: string) => of(kind).map((t) => terrain.land(t.at))
    for (const d of shore('reservoir')) expect(d).toBeGreaterThan(100)
    const coast = shore('drain_basin').filter((d) => d < 25)
    expect(coast.length).toBeGreaterThanOrEqual(12)
  })
  test('works share the supply out, and no district is pumped to twice', () => {
    expect(of('water_intake').reduce((sum, t) => sum + number(t, 'share'), 0)).toBeCloseTo(1, 12)
    const fed = of('pumping_station').flatMap((t) => (t.attributes['feeds'] ?? '').split(' '))
    expect(fed).toHaveLength(9)
    expect(new Set(fed).size).toBe(9)
    for (const key of fed) expect(keys()).toContain(key)
  })
})

describe('what the registry states fits', () => {
  test('parts are not more than the whole', () => {
    for (const t of of('water_district')) expect(number(t, 'smartWaterMeters')).toBeLessThan(number(t, 'waterMeters'))
    for (const t of of('feeder')) expect(number(t, 'demandResponseCustomers')).toBeLessThan(number(t, 'smartMeters'))
    for (const t of of('district_meter'))
      expect(number(t, 'connections')).toBeLessThan(
        number(
          world.things.find((w) => w.key === `water-${t.zone}`),
          'waterMeters',
        ),
      )
  })
  test('field probes name a mast and stand near it', () => {
    for (const probe of of('field_probe')) {
      const mast = world.things.find(({ key }) => key === probe.attributes['site'])
      expect(mast?.kind).toBe('mast')
      expect(distance(probe.at, mast?.at as Point)).toBeLessThan(120)
    }
  })
})

describe('shared cars', () => {
  test('stand at night, are out in the afternoon, and never exceed their station', () => {
    const standing = (hour: number) =>
      of('car_station').reduce((sum, t) => sum + models.carSharing.available(t, MONDAY + hour * HOUR), 0)
    const places = of('car_station').reduce((sum, t) => sum + number(t, 'capacity'), 0)
    expect(standing(3)).toBeGreaterThan(0.85 * places)
    expect(standing(18)).toBeLessThan(0.75 * places)
    for (let h = 0; h < 168; h++) expect(standing(h)).toBeLessThanOrEqual(places)
  })
})

describe('fields near masts', () => {
  // sqrt(30 * 1000 W) / 50 m = 173.2 / 50 (ITU-T K.52)
  test('a kilowatt radiated makes 3.46 V/m at 50 m, and half of it at twice the distance', () => {
    expect(farField(1000, 50)).toBeCloseTo(3.4641, 4)
    expect(farField(1000, 100)).toBeCloseTo(1.732, 3)
  })
  test('stay far below the 36.4 V/m of ICNIRP at 700 MHz, and rise with the load of the mast', () => {
    for (const probe of of('field_probe')) {
      const mast = world.things.find(({ key }) => key === probe.attributes['site']) as SimThing
      expect(fieldAt(probe, mast, 1, MONDAY)).toBeLessThan(6)
      expect(fieldAt(probe, mast, 1, MONDAY)).toBeGreaterThan(2 * fieldAt(probe, mast, 0.2, MONDAY))
    }
  })
})

describe('heat of homes', () => {
  const homes = () => of('building').filter((t) => t.attributes['heat'] === 'true' && number(t, 'residents') > 0)
  const yearly = (t: SimThing, from: number, days: number) =>
    ((models.energy.heat(t, from + days * DAY) - models.energy.heat(t, from)) / days) * 365 * 0.0036
  test('in the warmest weeks is hot water alone: 40 L by 45 K, 2.75 GJ a resident and year', () => {
    // 40 * 45 * 4.186 kJ * 365 = 2.75 GJ
    const warm = Array.from({ length: 14 }, (_, d) => Date.UTC(2026, 7, 1) + d * DAY)
    for (const home of homes())
      for (const day of warm) {
        const cold = Array.from({ length: 24 }, (_, h) => models.weather(day + h * HOUR).temperature).some(
          (c) => c < 16,
        )
        if (!cold) expect(yearly(home, day, 1) / number(home, 'residents')).toBeCloseTo(2.75, 1)
      }
    expect(homes().length).toBeGreaterThanOrEqual(4)
  })
  test('in January is twice as much or more', () => {
    for (const home of homes())
      expect(yearly(home, Date.UTC(2026, 0, 5), 20) / number(home, 'residents')).toBeGreaterThan(5.5)
  })
})
