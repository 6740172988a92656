/** What `npm run city -- check` and `new` find in districts that can be read: one mistake is one message. */
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { placeOfTimeZone } from '#domain/city-pack/geometry/time-zone-place.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { check } from '#start/city-command/check/check.ts'
import { askNobody } from '#start/city-command/new/ask.ts'
import { writePack } from '#start/city-command/new/write-pack.ts'
import { city, pack, removePacks } from '#test/unit/domain/packs.ts'

afterEach(removePacks)

type Ring = readonly (readonly [number, number])[]
const box = (west: number, south: number, width = 0.02, height = width): Ring => [
  [west, south],
  [west + width, south],
  [west + width, south + height],
  [west, south + height],
  [west, south],
]
const district = (key: string, rings: readonly Ring[], more: object = {}): object => ({
  ...{ type: 'Feature', properties: { key, name: `District ${key}`, ...more } },
  geometry: { type: 'Polygon', coordinates: rings },
})
const check2 = async (features: object[], more: object = {}): Promise<string[]> => {
  const folder = await pack({
    'city.json': JSON.stringify({ ...city, timeZone: 'Europe/Madrid', centre: [0.02, 40.01], ...more }),
    'zones.geojson': JSON.stringify({ type: 'FeatureCollection', features }),
  })
  return (await check(folder, { broker: undefined, seconds: 1 }, createScope())).lines
}
const tiles = (count: number): object[] =>
  Array.from({ length: count }, (_, at) => district(String(at), [box((at % 5) * 0.02, 40 + Math.floor(at / 5) * 0.02)]))

describe('districts that overlap', () => {
  test('half of one in another: the share is that of their areas', async () => {
    const lines = await check2([district('a', [box(0, 40)]), district('b', [box(0.01, 40)])])
    expect(lines[0]).toMatch(/^zones.geojson, zone "a" \(District a\): 50 % of it lies in zone "b"/)
    expect(lines).toHaveLength(2)
  })
  test('an outline of the city among its districts is one message', async () => {
    const lines = await check2([...tiles(10), district('city', [box(0, 40, 0.1, 0.04)])])
    expect(lines[0]).toMatch(/^zones.geojson, zone "city" \(District city\): lies over 10 other districts/)
    expect(lines).toHaveLength(2)
  })
  test.each<[string, object[]]>([
    [
      'a district in the hole of another',
      [district('a', [box(0, 40), box(0.005, 40.005, 0.01)]), district('b', [box(0.005, 40.005, 0.01)])],
    ],
    ['boundaries of two surveys, 5 % apart', [district('a', [box(0, 40)]), district('b', [box(0.019, 40)])]],
    [
      'districts of different times',
      [district('old', [box(0, 40, 0.04, 0.02)], { validTo: '2025-01-01' }), ...tiles(2).map((tile) => tile)],
    ],
    ['a grid', tiles(25)],
  ])('%s is none', async (_, features) => {
    const dated = features.map((feature, at) =>
      features.length === 3 && at > 0
        ? { ...feature, properties: { ...(feature as { properties: object }).properties, replaces: ['old'] } }
        : feature,
    )
    expect((await check2(dated)).at(-1)).toMatch(/no problems$/)
  })
})

describe('districts elsewhere', () => {
  test('both centre and districts in the wrong order, by the time zone', async () => {
    const swapped = [district('a', [box(41.38, 2.16)]), district('b', [box(41.4, 2.16)])]
    const lines = await check2(swapped, { centre: [41.4, 2.17] })
    expect(lines[0]).toMatch(/probably \[latitude, longitude\], because Europe\/Madrid is near \[-3.7, 40.4\]/)
    expect(lines).toHaveLength(2)
  })
  test.each([
    ['America/Argentina/Ushuaia', [-68.3, -54.8]],
    ['Asia/Shanghai', [87.6, 43.8]],
    ['Atlantic/Canary', [-15.4, 28.1]],
    ['Pacific/Auckland', [168.3, -46.4]],
    ['UTC', [41.4, 2.2]],
  ] as const)('a city far from the middle of its zone is not: %s', async (timeZone, [lon, lat]) => {
    expect((await check2([district('a', [box(lon, lat)])], { timeZone, centre: [lon, lat] })).at(-1)).toMatch(
      /no problems$/,
    )
  })
  test('one far from the others is named', async () => {
    const lines = await check2([...tiles(3), district('island', [box(-8, 41)])])
    expect(lines[0]).toMatch(/^zones.geojson, features\[3\]: lies around \[-7.99, 41.01\], far from the other/)
  })
  test('every zone of the tz database is at its place: Kathmandu 27 43 N, 85 19 E', async () => {
    expect(await placeOfTimeZone('Asia/Kathmandu')).toEqual([85.3, 27.7])
    expect(await placeOfTimeZone('Asia/Kath')).toBeUndefined()
  })
})

describe('what a file of districts is, when it is no GeoJSON', () => {
  const make = async (bytes: Buffer | string): Promise<unknown> => {
    const folder = await pack({ 'districts.geojson': bytes })
    const answers = {
      ...{ name: 'A', districts: join(folder, 'districts.geojson'), crs: undefined, zoneKey: undefined },
      ...{ zoneName: undefined, zonePopulation: undefined, population: '10000', timeZone: 'Europe/Madrid' },
      ...{ sensors: undefined, domain: undefined, broker: undefined, seconds: 1 },
    }
    return writePack(join(folder, 'pack'), { answers, ask: askNobody, scope: createScope() })
  }
  test.each<[string, Buffer | string, RegExp]>([
    [
      'a shapefile',
      Buffer.concat([Buffer.from('0000270a', 'hex'), Buffer.alloc(96)]),
      /is a shapefile \(.shp\); export it as GeoJSON/,
    ],
    ['a GeoPackage', Buffer.from('SQLite format 3\0'), /is a GeoPackage/],
    ['a zipped shapefile', Buffer.from('504b030414000000', 'hex'), /is a ZIP archive/],
    ['KML', '<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"/>', /is KML/],
    [
      'metres without a system',
      JSON.stringify({ type: 'FeatureCollection', features: [district('a', [box(430_000, 4_582_000, 1000)])] }),
      /name the system of the coordinates with --crs/,
    ],
    [
      'a longitude beyond the antimeridian',
      JSON.stringify({ type: 'FeatureCollection', features: [district('a', [box(179.95, -17, 0.1)])] }),
      /\[180.04\d*, -17\] is no place; valid: longitudes from -180 to 180/,
    ],
  ])('%s', async (_, bytes, message) => expect(make(bytes)).rejects.toThrow(message))

  test('populations that are no numbers of people are named, and unknown', async () => {
    const features = ['1.200', 'n/a', -1].map((people, at) => district(`d${at}`, [box(at * 0.02, 40)], { pop: people }))
    expect(await make(JSON.stringify({ type: 'FeatureCollection', features }))).toMatchObject({
      isValid: true,
      lines: expect.arrayContaining([
        'the population of 2 districts is unknown, because it is no whole number: "n/a", -1',
      ]),
    })
  })
})
