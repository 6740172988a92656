import { afterEach, describe, expect, test } from 'vitest'
import { readCityPack } from '#domain/city-pack/read-pack.ts'

import { MAX_LANGUAGE_FILE_BYTES } from '#model/city/language-file.ts'

import { city, good, pack, removePacks, zones } from './packs.ts'

afterEach(removePacks)

const problemsOf = async (files: Record<string, string | Buffer>): Promise<string> =>
  readCityPack(await pack(files)).then(
    () => 'no problem',
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  )

describe('a city pack that can be used', () => {
  test('needs city.json and zones.geojson only', async () => {
    const read = await readCityPack(await pack(good))
    expect(read.city.name).toBe('Smallport')
    expect(read.zones.map((zone) => [zone.key, zone.population])).toEqual([['old-town', 900]])
    expect([read.things, read.reported, read.goals, read.surveys]).toEqual([[], [], [], []])
    // without a coast it lies on land, not in the sea
    expect(read.baseMap).toMatchObject({ features: [{ properties: { layer: 'land' } }] })
  })

  test("may name its own zone fields, as a city's own GeoJSON does", async () => {
    const own = { ...city, zoneFields: { key: 'CODE', name: 'nom' } }
    const read = await readCityPack(
      await pack({
        'city.json': JSON.stringify(own),
        'zones.geojson': JSON.stringify(zones({ CODE: 7, nom: 'Gràcia', POP: 1 })),
      }),
    )
    expect(read.zones[0]).toMatchObject({ key: '7', name: 'Gràcia', attributes: { POP: 1 } })
  })

  test('reads unknown columns of things.csv as attributes with their types', async () => {
    const csv =
      'key,name,domain,kind,lon,lat,expected_interval_s,siting,public,floorAreaM2\na-1,Mill,air,air_station,0.5,0.5,900,traffic,true,12.5\n'
    const read = await readCityPack(await pack({ ...good, 'things.csv': csv }))
    expect(read.things[0]).toMatchObject({
      key: 'a-1',
      expectedIntervalSeconds: 900,
      place: { type: 'Point', coordinates: [0.5, 0.5] },
      attributes: { siting: 'traffic', public: true, floorAreaM2: 12.5 },
    })
  })
})

describe('a broken city pack says which file, where and what', () => {
  test('missing files', async () => {
    expect(await problemsOf({})).toMatch(
      /^CITY_PACK_INVALID: .*city\.json: is missing\n {2}zones\.geojson: is missing/s,
    )
  })

  test('city.json that is not JSON: line and column', async () => {
    const text = '{\n  "name": "X",\n  "timeZone" "Europe/Lisbon"\n}'
    expect(await problemsOf({ ...good, 'city.json': text })).toContain('city.json, line 3, column 14: is not JSON')
  })

  test('city.json cut off in the middle: its last line', async () => {
    expect(await problemsOf({ ...good, 'city.json': '{\n  "name": "X",' })).toContain('city.json, line 2,')
  })

  test('wrong fields, all of them at once', async () => {
    const text = JSON.stringify({ ...city, timeZone: 'Mars/Olympus', centre: [200, 0], population: -5 })
    const message = await problemsOf({ ...good, 'city.json': text })
    expect(message).toContain('city.json, timeZone: "Mars/Olympus" is no IANA time zone')
    expect(message).toContain('city.json, centre[0]:')
    expect(message).toContain('city.json, population:')
  })

  test.each([
    ['a zone without a key', { name: 'x' }, 'zones.geojson, properties: no zone has the attribute "key"'],
    [
      'a negative population',
      { key: 'a', name: 'x', population: -1 },
      'zones.geojson, features[0] (x).properties population: -1 is too small; valid: at least 0',
    ],
  ])('%s', async (_, properties, expected) => {
    expect(await problemsOf({ ...good, 'zones.geojson': JSON.stringify(zones(properties)) })).toContain(expected)
  })

  test.each([
    ['2026-02-31', '', /line 2, column validFrom: "2026-02-31": a date/],
    ['2026-01-01', '2025-01-01', /line 2, column validTo: "2025-01-01": does not lie after validFrom/],
    ['2026-01-01', '2026-01-01', /line 2, column validTo: "2026-01-01": does not lie after validFrom/],
  ])('things.csv: valid from %s to %s', async (from, to, expected) => {
    const csv = `key,name,domain,kind,lon,lat,validFrom,validTo\na-1,Mill,air,air_station,0.5,0.5,${from},${to}\n`
    expect(await problemsOf({ ...good, 'things.csv': csv })).toMatch(expected)
  })

  test('things.csv: the line of an unknown domain, of a place off the planet and of a repeated key', async () => {
    const csv = [
      'key,name,domain,kind,lon,lat',
      'a-1,One,air,air_station,0.5,0.5',
      'a-2,Two,fire,x,0,0',
      'a-3,Three,air,x,0,91',
      'a-1,Again,air,x,0,0',
    ].join('\n')
    const message = await problemsOf({ ...good, 'things.csv': csv })
    expect(message).toContain('things.csv, line 3, column domain: "fire" is not known; valid: air, energy')
    expect(message).toContain('things.csv, line 4, column lat: 91 is too large; valid: at most 90')
    expect(message).toContain('things.csv, line 5: key "a-1" stands in line 2 already')
  })

  test('a survey answer that the codebook does not know, a weight of zero, an unknown zone', async () => {
    const codebook = {
      id: 's',
      title: 'S',
      universe: 'households',
      from: '2026-01-01',
      to: '2026-02-01',
      columns: { respondent: 'id', weight: 'w', zone: 'zone' },
      questions: [{ column: 'internet', text: 'Internet?', categories: { yes: 'Yes', no: 'No' } }],
    }
    const message = await problemsOf({
      ...good,
      'surveys/s/codebook.json': JSON.stringify(codebook),
      'surveys/s/responses.csv': 'id,w,zone,internet\n1,1.5,old-town,yes\n2,0,old-town,maybe\n3,1,nowhere,no\n',
    })
    expect(message).toContain('surveys/s/responses.csv, row 3, column w: "0" must be a number above 0')
    expect(message).toContain('surveys/s/responses.csv, row 3, column internet: "maybe" is none of yes, no')
    expect(message).toContain('surveys/s/responses.csv, row 4, column zone: "nowhere" is no zone of the city')
  })

  test('air quality standards of the city: each problem names its rule and field', async () => {
    const rule = { pollutant: 'pm2_5', kind: 'limit', per: 'day', level: 20, unit: 'ug/m3' }
    const standard = {
      ...{ key: 'ours', name: 'Ours', source: { title: 'Law 1', confirmed: 'source' } },
      ...{ coverage: { dayHours: 18, yearShare: 0.85 }, rules: [rule] },
    }
    const wrong = [
      { ...standard, rules: [{ ...rule, unit: 'kW.h' }] },
      { ...standard, rules: [{ ...rule, permitted: 3, percentile: 99 }] },
      { ...standard, rules: [{ ...rule, pollutant: 'noise' }] },
      { ...standard, coverage: { dayHours: 25, yearShare: 0.85 } },
      standard,
      standard,
    ]
    const text = await problemsOf({ ...good, 'air-standards.json': JSON.stringify(wrong) })
    expect(text).toContain('"kW.h" does not convert to ug/m3, the unit of pm2_5')
    expect(text).toContain('at most one of permitted, permittedShare, percentile and rank')
    expect(text).toMatch(/air-standards.json, \[2\].*rules.*pollutant/)
    expect(text).toMatch(/air-standards.json, \[3\].*dayHours/)
    expect(text).toContain('key "ours" appears twice')
  })

  test('a language whose name is no tag, whose messages are not ICU MessageFormat, or which is the default and missing', async () => {
    const text = await problemsOf({
      ...good,
      'city.json': JSON.stringify({ ...city, language: 'pt' }),
      'languages/portuguese.json': '{}',
      'languages/de.json': JSON.stringify({ dashboard: { yes: 'ja', 'n.things': '{n, plural, one {# Gerät}' } }),
      'languages/it.json': JSON.stringify({ pages: {} }),
      'languages/nl.json': JSON.stringify({ dashboard: { yes: 'x'.repeat(MAX_LANGUAGE_FILE_BYTES) } }),
    })
    expect(text).toContain('languages/portuguese.json, name of the file: "portuguese": must be a language tag')
    expect(text).toMatch(/languages\/de.json, dashboard "n.things": is not ICU MessageFormat/)
    expect(text).not.toContain('"yes"')
    expect(text).toMatch(/languages\/it.json.*pages/)
    expect(text).toMatch(/languages\/nl.json: has \d+ bytes; the most are 1000000/)
    expect(text).toContain('city.json, language: "pt" needs languages/pt.json')
  })

  test('a goal that the indicator cannot be, of a code nobody knows, without its year, or twice', async () => {
    const csv = [
      'code,data_point,benchmark,target,target_year,baseline_year,source',
      'EN:E:E:1C,,,130,2030,,plan',
      'EN:X:1,,1,,,,plan',
      'EN:EN:AQ:1C,radon,,5,2030,,plan',
      'EN:EN:AQ:1C,pm2_5,,5,,,plan',
      'EN:EN:AQ:1C,no2,,,,,plan',
      'EN:EN:AQ:1C,so2,,5,2030,,plan',
      'EN:EN:AQ:1C,so2,,6,2030,,plan',
    ].join('\n')
    const text = await problemsOf({ ...good, 'goals.csv': csv })
    expect(text).toMatch(/goals.csv, line 2: 130 % is not plausible/)
    expect(text).toContain('goals.csv, line 3: no indicator has the code "EN:X:1"')
    expect(text).toContain('goals.csv, line 4: EN:EN:AQ:1C has no data point "radon"')
    expect(text).toContain('goals.csv, line 5 targetYear: a target needs its year')
    expect(text).toContain('goals.csv, line 6: states neither a benchmark nor a target')
    expect(text).toContain('goals.csv, line 8: EN:EN:AQ:1C so2 appears twice')
  })

  test('values of other cities in another unit, twice, out of range, or of nothing that there is', async () => {
    const csv = [
      'code,data_point,city,year,value,unit,source',
      'EC:ICT:ICT:1C,,X,2025,80,%,Yearbook',
      'EC:ICT:ICT:1C,,X,2025,81,%,Yearbook',
      'EC:ICT:ICT:1C,,Y,2025,130,%,Yearbook',
      'EC:ICT:ICT:1C,,Z,2025,0.8,1,Yearbook',
      'EN:X:1,,X,2025,80,%,Yearbook',
      'EC:ICT:ICT:1C,,V,25,80,%,Yearbook',
    ].join('\n')
    const text = await problemsOf({ ...good, 'peers.csv': csv })
    expect(text).toContain('peers.csv, line 3: EC:ICT:ICT:1C of X in 2025 appears twice')
    expect(text).toMatch(/peers.csv, line 4: 130 % is not plausible/)
    expect(text).toContain('peers.csv, line 5: unit "1" is not that of EC:ICT:ICT:1C: %')
    expect(text).toMatch(/peers.csv, line 6: code "EN:X:1"/)
    expect(text).toMatch(/peers.csv, line 7 year/)
  })

  test('a reported value without a source', async () => {
    const csv = 'code,period,value,unit,data_quality\nEC:ICT:ICT:2C,2026,41,%,accurate_measurement\n'
    expect(await problemsOf({ ...good, 'reported/2026.csv': csv })).toContain('reported/2026.csv, line 2 source:')
  })

  test('things.csv: partOf names a Thing that is not there, or the Thing itself by way of others', async () => {
    const csv = [
      'key,name,domain,kind,partOf',
      '012,Main,energy,feeder,',
      'a,A,energy,feeder,012',
      'b,B,energy,feeder,12',
      'c,C,energy,feeder,d',
      'd,D,energy,feeder,c',
    ].join('\n')
    const text = await problemsOf({ ...good, 'things.csv': csv })
    expect(text).not.toContain('line 3')
    expect(text).toContain('things.csv, line 4: partOf: no row has the key "12"')
    expect(text).toContain('things.csv, line 5: partOf: "c" would be part of itself, by way of "d"')
    expect(text).toContain('things.csv, line 6: partOf: "d" would be part of itself, by way of "c"')
  })
})

describe('a file that is not UTF-8', () => {
  test.each([
    ['Latin-1', Buffer.from('name;key\nAltstadt;a\nStra\u00dfe;b\n', 'latin1'), 'line 3', '0xdf at offset 24'],
    [
      'half a character at the end',
      Buffer.concat([Buffer.from('key,name\n'), Buffer.from([0xe2, 0x82])]),
      'line 2',
      '0xe2 at offset 9',
    ],
    ['half of a surrogate pair', Buffer.from([0x6b, 0xed, 0xa0, 0x80]), 'line 1', '0xed at offset 1'],
  ])('%s: the file, the line and the byte', async (_name, bytes, line, byte) => {
    const problems = await problemsOf({ ...good, 'things.csv': bytes })
    expect(problems).toMatch(/CITY_PACK_INVALID|CONFIG_INVALID/)
    expect(problems).toContain('things.csv')
    expect(problems).toContain(line)
    expect(problems).toContain(byte)
  })

  test('U+FFFD that is written as such is text like any other', async () => {
    const problems = await problemsOf({ ...good, 'city.json': JSON.stringify({ ...city, name: 'Small\ufffdport' }) })
    expect(problems).toBe('no problem')
  })
})
