/** What is wrong with a city pack: one message for one mistake, with the value that is there and what is valid. */
import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { readCrs } from '#domain/city-pack/geometry/crs.ts'
import { problemText } from '#domain/city-pack/problems/pack-problems.ts'
import { checkCityPack, readCityPack } from '#domain/city-pack/read-pack.ts'
import { FORMAT_NAMES } from '#ingest/decode/index.ts'
import { mapOriginsOf } from '#model/city/city-pack.ts'
import { describeShared } from '#test/shared.ts'
import { city, good, pack, removePacks } from './packs.ts'

afterEach(removePacks)

type Files = Record<string, string | Buffer>
const check = async (files: Files): Promise<string[]> => {
  const { problems } = await checkCityPack(await pack(files), { formats: FORMAT_NAMES })
  return problems.list.map(problemText)
}
const withCity = (more: object): Files => ({ ...good, 'city.json': JSON.stringify({ ...city, ...more }) })
const source = (more: object): Files =>
  withCity({ sources: [{ name: 'plugs', topic: 'tele/#', format: 'tasmota', ...more }] })

type Point = readonly number[]
const district = (ring: readonly Point[], properties: object = { key: 'a', name: 'A' }) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Polygon', coordinates: [ring] },
})
const collection = (features: object[], more: object = {}): string =>
  JSON.stringify({ type: 'FeatureCollection', ...more, features })
/** A square of 0.02 degrees around a place. */
const square = ([x = 0, y = 0]: Point, size = 0.01): Point[] => [
  [x - size, y - size],
  [x + size, y - size],
  [x + size, y + size],
  [x - size, y + size],
  [x - size, y - size],
]
/** Ostrava del Mar lies on the coast of Catalonia, where longitude and latitude both fit the range of a latitude. */
const CENTRE: Point = [2.17, 41.39]
const coast = (features: object[], more: { city?: object; collection?: object } = {}): Files => ({
  'city.json': JSON.stringify({ ...city, timeZone: 'Europe/Madrid', centre: CENTRE, ...more.city }),
  'zones.geojson': collection(features, more.collection),
})

describe('one mistake in city.json is one message', () => {
  test.each<[string, Files, string]>([
    ['a key', withCity({ poplation: 3 }), 'city.json, poplation: is not known; did you mean "population"?'],
    [
      'a key of a source',
      source({ fromat: 'x' }),
      'city.json, sources[0].fromat: is not known; did you mean "format"?',
    ],
    [
      'a format',
      source({ format: 'tasmotta' }),
      'city.json, sources[0].format: "tasmotta" is not known; did you mean "tasmota"?',
    ],
    [
      'a property',
      source({ fields: { T: { property: 'temprature' } } }),
      'city.json, sources[0].fields.T.property: "temprature" is not known; did you mean "temperature"?',
    ],
    [
      'a unit',
      source({ fields: { T: { property: 'temperature', unit: 'Cell' } } }),
      'city.json, sources[0].fields.T.unit: "Cell" is not a known UCUM unit; did you mean "Cel"?; values of this property are stored in Cel',
    ],
    [
      'a unit of something else',
      source({ fields: { T: { property: 'temperature', unit: 'kW' } } }),
      'city.json, sources[0].fields.T.unit: "kW" does not convert to Cel, the unit of temperature',
    ],
    [
      'a wildcard',
      source({ topic: 'tele/*' }),
      'city.json, sources[0].topic: "tele/*" has no wildcard *; write "tele/#"',
    ],
    [
      '# in the middle',
      source({ topic: 'tele/#/x' }),
      'city.json, sources[0].topic: "tele/#/x" # must be the last level',
    ],
    [
      'a broker',
      source({ topic: 'mqtt://b/x' }),
      'city.json, sources[0].topic: "mqtt://b/x" is the address of a broker',
    ],
    [
      'a zone',
      source({ timeZone: 'Europe/Lisboa' }),
      'city.json, sources[0].timeZone: "Europe/Lisboa" is no IANA time zone; did you mean "Europe/Lisbon"?',
    ],
    [
      'its time zone',
      withCity({ timeZone: 'Europe/Lisbn' }),
      'city.json, timeZone: "Europe/Lisbn" is no IANA time zone; did you mean "Europe/Lisbon"?',
    ],
    [
      'a domain',
      source({ domain: 'enrgy' }),
      'city.json, sources[0].domain: "enrgy" is not known; did you mean "energy"?',
    ],
    [
      'text for a number',
      withCity({ population: '12 345' }),
      'city.json, population: "12 345" is text, not a number; write 12345, without quotation marks',
    ],
    ['nothing', withCity({ population: undefined }), 'city.json, population: is missing; a number is needed'],
    [
      'a reference system',
      withCity({ crs: 'EPSG:1' }),
      'city.json, crs: "EPSG:1" is not a system that can be transformed',
    ],
  ])('%s', async (_, files, message) => {
    const found = await check(files)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  test('keys for people and tools are no mistakes', async () => {
    expect(await check(withCity({ $schema: 'x', _note: 'by Ana', comment: 'y' }))).toEqual([])
  })
})

test('the hosts of a map are those of its style and those that the pack permits', () => {
  const mapStyle = 'https://a.example/style.json'
  expect(mapOriginsOf({})).toEqual([])
  expect(mapOriginsOf({ mapOrigins: ['https://b.example'] })).toEqual([])
  expect(mapOriginsOf({ mapStyle, mapOrigins: ['https://b.example:8443', 'https://a.example'] })).toEqual([
    'https://a.example',
    'https://b.example:8443',
  ])
})

describe('districts', () => {
  test.each<[string, Files, string]>([
    [
      'latitude first',
      coast([district(square([41.39, 2.17]))]),
      'zones.geojson: coordinates such as [41.38, 2.16] are [latitude, longitude]; valid: longitude first',
    ],
    [
      'the centre with its axes exchanged',
      coast([district(square(CENTRE))], { city: { centre: [41.39, 2.17] } }),
      'city.json, centre: [41.39,2.17] is [latitude, longitude]; valid: longitude first, as [2.17, 41.39]',
    ],
    [
      'another continent',
      coast([district(square([-70, -33]))]),
      'zones.geojson: lies around [-70, -33], far from the city at [2.17, 41.39]',
    ],
    // ETRS89 / UTM zone 31N of [2.17, 41.39]
    [
      'metres',
      coast([district(square([430_608, 4_582_384], 900))]),
      'zones.geojson: coordinates such as [429708, 4581484] are not degrees of longitude and latitude; these look like EPSG:25831 (ETRS89 / UTM zone 31N)',
    ],
    [
      'a ring without end',
      coast([district(square(CENTRE).slice(0, 4))]),
      'zones.geojson, features[0] (A).geometry: a ring is not closed: it begins at [2.16, 41.38] and ends at [2.16, 41.4]',
    ],
    [
      'a ring that crosses itself',
      coast([
        district([
          [2.1, 41.3],
          [2.2, 41.4],
          [2.2, 41.3],
          [2.1, 41.4],
          [2.1, 41.3],
        ]),
      ]),
      'zones.geojson, features[0] (A).geometry: a ring crosses itself near [',
    ],
    ['nothing', coast([]), 'zones.geojson, features: the collection is empty'],
    [
      'points',
      coast([
        { type: 'Feature', properties: { key: 'a', name: 'A' }, geometry: { type: 'Point', coordinates: CENTRE } },
      ]),
      '"Point" is no area; valid: Polygon, MultiPolygon',
    ],
    [
      'population as text, in every district',
      coast([
        district(square(CENTRE), { key: 'a', name: 'A', population: '1200' }),
        district(square(CENTRE), { key: 'b', name: 'B', population: '900' }),
      ]),
      'zones.geojson, features[0] (A).properties population; features[1] (B).properties population: "1200" is text, not a number; write 1200, without quotation marks',
    ],
    [
      'an attribute that is not there',
      coast([district(square(CENTRE), { CODI_UA: '01', NOM: 'Port' })], {
        city: { zoneFields: { key: 'CODI', name: 'NOM' } },
      }),
      'city.json, zoneFields.key: no zone in zones.geojson has the attribute "CODI"; did you mean "CODI_UA"? its attributes: CODI_UA, NOM',
    ],
    [
      'an attribute under its own name',
      coast([district(square(CENTRE), { key: '1', Name: 'Port' })]),
      'no zone has the attribute "name"; name yours in city.json, as "zoneFields": { "name": "…" }; did you mean "Name"? its attributes: key, Name',
    ],
    [
      'TopoJSON',
      { ...good, 'zones.geojson': '{"type": "Topology"}' },
      'zones.geojson, type: "Topology" is not valid; a GeoJSON "FeatureCollection" is needed',
    ],
    [
      'a number as text in a position',
      coast([district([...square(CENTRE).slice(0, 4), ['2.16', '41.38'] as never])]),
      'zones.geojson, features[0].geometry.coordinates: holds something other than lists of numbers',
    ],
  ])('%s', async (_, files, message) => {
    const found = await check(files)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  test('altitude is left out', async () => {
    const files = coast([district(square(CENTRE).map((point) => [...point, 12.5]))])
    const [zone] = (await readCityPack(await pack(files))).zones
    expect(zone?.geometry.coordinates).toEqual([square(CENTRE)])
  })

  test('a corner that is touched twice, and a loop of rounding, are no crossings', async () => {
    const touching = [
      [2.1, 41.3],
      [2.2, 41.3],
      [2.15, 41.35],
      [2.2, 41.4],
      [2.1, 41.4],
      [2.15, 41.35],
      [2.1, 41.3],
    ]
    const rounding = [
      [2.1, 41.3],
      [2.2, 41.3],
      [2.200001, 41.35],
      [2.2, 41.350001],
      [2.200001, 41.350001],
      [2.2, 41.35],
      [2.2, 41.4],
      [2.1, 41.3],
    ]
    expect(await check(coast([district(touching), district(rounding, { key: 'b', name: 'B' })]))).toEqual([])
  })

  // Reference: the corner of the Dutch grid, Onze Lieve Vrouwetoren in Amersfoort, lies at 155000, 463000 in RD New and at
  // 52.15517 N, 5.38721 E in WGS 84 (Kadaster).
  test.each<[string, object, object]>([
    ['city.json', { crs: 'EPSG:28992' }, {}],
    ['the file', {}, { crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::28992' } } }],
  ])('another reference system, declared in %s, becomes WGS 84', async (_, more, member) => {
    const files = coast([district(square([155_000, 463_000], 50))], {
      city: { timeZone: 'Europe/Amsterdam', centre: [5.38721, 52.15517], ...more },
      collection: member,
    })
    const [zone] = (await readCityPack(await pack(files))).zones
    const [[x, y] = []] = (zone?.geometry.coordinates[0] ?? []) as unknown as number[][]
    // the corner 50 m west and south: 50 m are 0.00073 and 0.00045 degrees there
    expect([x, y]).toEqual([expect.closeTo(5.38721 - 0.00073, 4), expect.closeTo(52.15517 - 0.00045, 4)])
  })
})

describe('things.csv', () => {
  const things = (...lines: string[]): Files => ({
    ...coast([district(square(CENTRE))]),
    'things.csv': `${lines.join('\n')}\n`,
  })
  const head = 'key,name,domain,kind,lon,lat'
  test.each<[string, Files, string]>([
    [
      'decimal commas between commas',
      things(head, 'a,A,air,air_station,2,17,41,39'),
      'things.csv, line 2: has 8 cells, the heading has 6; a value that contains a comma needs quotation marks, and numbers with decimal commas need semicolons',
    ],
    [
      'latitude first',
      things(head, 'a,A,air,x,41.39,2.17', 'b,B,air,x,41.38,2.16'),
      'things.csv, line 2; line 3: coordinates such as [41.39, 2.17] are [latitude, longitude]',
    ],
    ['no place', things(head, 'a,A,air,x,0,0'), 'things.csv, line 2: [0, 0] is far from the city at [2.17, 41.39]'],
    [
      'metres',
      things(head, 'a,A,air,x,430608,4582384'),
      'things.csv, columns lon and lat: coordinates such as [430608, 4582384] are not degrees of longitude and latitude; these look like EPSG:25831',
    ],
    [
      'a column',
      things('key,name,domian,kind', 'a,A,air,x'),
      'things.csv, line 1: the column "domain" is missing; did you mean "domian"?',
    ],
    [
      'a column of another name',
      things('key,name,domain,kind,longitude,lat', 'a,A,air,x,2.17,41.39'),
      'things.csv, line 1: the column "lon" is missing; did you mean "longitude"?',
    ],
    [
      'a domain, in two rows',
      things(head, 'a,A,airr,x,,', 'b,B,airr,x,,'),
      'things.csv, line 2, column domain; line 3, column domain: "airr" is not known; did you mean "air"?',
    ],
    ['a zone', things(`${head},zoneKey`, 'a,A,air,x,,,A1'), 'things.csv, line 2, column zoneKey: "A1" is not known'],
    [
      'text as a coordinate',
      things(head, 'a,A,air,x,east,41.39'),
      'things.csv, line 2, column lon: "east" is not a number',
    ],
  ])('%s', async (_, files, message) => {
    const found = await check(files)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  test('semicolons with decimal commas, in the reference system of the pack', async () => {
    const files = {
      ...coast([district(square(CENTRE))], { city: { crs: 'EPSG:25831' } }),
      'things.csv': 'key;name;domain;kind;lon;lat\na;A;air;x;430608,5;4582384,6\n',
    }
    const [thing] = (await readCityPack(await pack(files))).things
    expect(thing?.place?.coordinates).toEqual([expect.closeTo(2.17, 5), expect.closeTo(41.39, 5)])
  })
})

describe('other files', () => {
  test.each<[string, Files, string]>([
    [
      'a zone of a reported value',
      {
        ...good,
        'reported/a.csv':
          'code,zone,period,value,unit,source,data_quality\nEC:ICT:ICT:1C,old-twon,2026,41,%,x,accurate_measurement\n',
      },
      'reported/a.csv, line 2, column zone: "old-twon" is not known; did you mean "old-town"?',
    ],
    [
      'a code',
      {
        ...good,
        'reported/a.csv':
          'code,period,value,unit,source,data_quality\nEC:ICT:ICT:1CC,2026,41,%,x,accurate_measurement\n',
      },
      'reported/a.csv, line 2, column code: "EC:ICT:ICT:1CC" is not known; did you mean "EC:ICT:ICT:1C"?',
    ],
    [
      'a layer',
      { ...good, 'map.geojson': collection([{ ...district(square([0.5, 0.5])), properties: { layer: 'watr' } }]) },
      'map.geojson, features[0].properties.layer: "watr" is not known; did you mean "water"?',
    ],
    [
      'a kind',
      { ...good, 'city-data.geojson': collection([{ ...district(square([0.5, 0.5])), properties: { kind: 'parc' } }]) },
      'city-data.geojson, features[0].properties.kind: "parc" is not known; did you mean "park"?',
    ],
    [
      'an empty collection',
      { ...good, 'city-data.geojson': collection([]) },
      'city-data.geojson, features: the collection is empty',
    ],
    [
      'UTF-16',
      { ...good, 'city.json': Buffer.from(`\ufeff${good['city.json']}`, 'utf16le') },
      'city.json: is UTF-16 (little-endian): save it as UTF-8',
    ],
    [
      'UTF-16 without a mark',
      { ...good, 'city.json': Buffer.from(good['city.json'], 'utf16le') },
      'city.json: is UTF-16 (little-endian): save it as UTF-8',
    ],
    [
      'Latin-1',
      { ...good, 'things.csv': Buffer.from('key,name,domain,kind\na,Königsallee,air,x\n', 'latin1') },
      'it is probably Windows-1252 or Latin-1 ("a,Königsallee',
    ],
  ])('%s', async (_, files, message) => {
    const found = await check(files)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  test('a folder that is not there', async () => {
    const { problems } = await checkCityPack('/nowhere/at/all', {})
    expect(problems.list.map(problemText)).toEqual(['/nowhere/at/all: is not a folder'])
  })
})

// Published points: Caister water tower (Ordnance Survey, A guide to coordinate systems in Great Britain, annex B), Amersfoort
// (Kadaster), the origin of LV95 in Bern (swisstopo); false origins of UTM and the web's Mercator. 10 m are about 0.0001 degrees.
test.each([
  ['EPSG:27700', [651_409.903, 313_177.27], [1.71605, 52.65798]],
  ['EPSG:28992', [155_000, 463_000], [5.38721, 52.15517]],
  ['EPSG:2056', [2_600_000, 1_200_000], [7.43864, 46.95108]],
  ['EPSG:25831', [500_000, 0], [3, 0]],
  ['EPSG:3857', [0, 0], [0, 0]],
] as const)('%s becomes WGS 84 within 10 m', async (code, from, to) => {
  const crs = await readCrs(code)
  expect(crs?.toWgs84(from)).toEqual(to.map((value) => expect.closeTo(value, 4)))
})

test('a system whose datum is uncertain is refused', async () => {
  // NTF (Paris), South-oriented Lo of South Africa, NAD27 with a grid file
  for (const code of ['EPSG:27572', 'EPSG:2048', 'EPSG:32040', 'EPSG:24200x', 'EPSG:0000'])
    expect(await readCrs(code)).toBeUndefined()
})

/** Real districts, when this machine has them: none of their imperfections keeps a city from starting. */
describeShared('districts as cities publish them', (shared) => {
  test.each([
    ['rotterdam', { key: 'cartodb_id', name: 'name' }, [4.47, 51.92], 'Europe/Amsterdam', 22],
    ['barcelona-districtes', { key: 'CODI_UA', name: 'NOM' }, [2.17, 41.39], 'Europe/Madrid', 10],
    ['tampere-postal-areas', { key: 'postinumeroalue', name: 'postinumeroalue' }, [23.76, 61.5], 'Europe/Helsinki', 36],
  ])('the districts of %s are read', async (name, zoneFields, centre, timeZone, count) => {
    const files = {
      'city.json': JSON.stringify({ ...city, centre, timeZone, zoneFields }),
      'zones.geojson': await readFile(shared('districts', `${name}.geojson`), 'utf8'),
    }
    const { pack: read, problems } = await checkCityPack(await pack(files), {})
    expect(problems.list).toEqual([])
    expect(read?.zones).toHaveLength(count)
  })
})
