/** `npm run city -- new FOLDER`: a pack from a city's own files. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { withoutSecret } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { check } from '#start/city-command/check/check.ts'
import { type Ask, askNobody } from '#start/city-command/new/ask.ts'
import { suggestAttributes, wholeNumber } from '#start/city-command/new/districts.ts'
import { writePack } from '#start/city-command/new/write-pack.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-city-'))
})
afterEach(() => rm(folder, { recursive: true }))

const NONE = {
  ...{ name: undefined, districts: undefined, crs: undefined, zoneKey: undefined, zoneName: undefined },
  ...{ zonePopulation: undefined, population: undefined, timeZone: undefined, sensors: undefined },
  ...{ domain: undefined, broker: undefined, seconds: 1 },
}
const make = (answers: object, ask: Ask = askNobody) =>
  writePack(join(folder, 'pack'), { answers: { ...NONE, ...answers }, ask, scope: createScope() })

/** Two districts of 1 km2 in ETRS89 / UTM zone 31N, at about 2.17 E, 41.39 N. */
const square = (x: number): number[][] => [
  [x, 4_582_000, 12],
  [x + 1000, 4_582_000, 12],
  [x + 1000, 4_583_000, 12],
  [x, 4_583_000, 12],
  [x, 4_582_000, 12],
]
const district = (x: number, properties: object) => ({
  ...{ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [square(x)] } },
})
async function districts(crs?: object): Promise<string> {
  const path = join(folder, 'barris.geojson')
  const features = [
    district(430_000, { FID: 7, CODI: '01', NOM: 'el Port', WEB: 'http://a.example/x', POBLACIO: '1.200', AREA: 1.5 }),
    district(431_000, { FID: 8, CODI: '02', NOM: 'la Mina', WEB: 'http://a.example/y', POBLACIO: '950', AREA: 1.2 }),
  ]
  await writeFile(path, JSON.stringify({ type: 'FeatureCollection', ...crs, features }))
  return path
}

test('questions are asked with suggestions from the file, and the pack can be loaded', async () => {
  const path = await districts()
  const asked: string[] = []
  const replies: Record<string, string> = { '--name': 'Port Vell', '--time-zone': 'Europe/Madrid', '--districts': path }
  const ask: Ask = async ({ option, suggestion }) => {
    asked.push(`${option} ${suggestion ?? ''}`.trim())
    return replies[option] ?? suggestion ?? ''
  }
  const { lines, isValid } = await make({ crs: 'EPSG:25831' }, ask)
  expect({ lines, isValid }).toMatchObject({ isValid: true })
  expect(asked).toEqual(
    expect.arrayContaining(['--zone-key CODI', '--zone-name NOM', '--zone-population POBLACIO', '--population 2150']),
  )
  const { city, zones } = await readCityPack(join(folder, 'pack'))
  expect(city).toMatchObject({ id: 'port-vell', name: 'Port Vell', population: 2150, timeZone: 'Europe/Madrid' })
  expect(zones.map(({ key, name, population }) => [key, name, population])).toEqual([
    ['01', 'el Port', 1200],
    ['02', 'la Mina', 950],
  ])
  // without altitude, and in degrees: 431000, 4582500 lies at 2.1747 E, 41.3913 N (PROJ 9.5)
  expect(city.centre).toEqual([expect.closeTo(2.1747, 3), expect.closeTo(41.3913, 3)])
})

test('coordinates in an unnamed system, an option without an answer and a folder in use are refused', async () => {
  const path = await districts()
  await expect(make({ name: 'A', districts: path })).rejects.toThrow(
    /barris.geojson: coordinates such as \[430000, 4582000\]/,
  )
  await expect(make({ name: 'A' })).rejects.toThrow(/--districts is needed/)
  await expect(make({ name: 'A', districts: path, crs: 'EPSG:7' })).rejects.toThrow(/--crs "EPSG:7"/)
  await make({ name: 'A', districts: path, crs: 'EPSG:25831', timeZone: 'Europe/Madrid' })
  await expect(make({ name: 'B', districts: path })).rejects.toThrow(/holds (city.json|zones.geojson) already/)
})

test('a list of sensors becomes things.csv: usual headings, decimal commas, further columns kept', async () => {
  const path = await districts({ crs: { properties: { name: 'urn:ogc:def:crs:EPSG::25831' } } })
  const sensors = join(folder, 'sensors.csv')
  await writeFile(
    sensors,
    'Device ID;Location;Longitude;Latitude;Domain;siting\nA 1;"Moll, nord";2,171;41,389;air;traffic\n',
  )
  const { isValid, lines } = await make({ name: 'A', districts: path, timeZone: 'Europe/Madrid', sensors })
  expect({ isValid, lines }).toMatchObject({ isValid: true })
  expect(lines).toContain('column "Device ID" is taken for key')
  const { things } = await readCityPack(join(folder, 'pack'))
  expect(things).toMatchObject([
    { key: 'A-1', name: 'Moll, nord', place: { coordinates: [2.171, 41.389] }, attributes: { siting: 'traffic' } },
  ])
  expect(await readFile(join(folder, 'pack/things.csv'), 'utf8')).toContain('air_station')
})

test.each<[string, string, string[]]>([
  [
    'headings in German, keys that no topic allows, a sensor without a place',
    'Sensor-Nr;Standort;Breitengrad;Längengrad\nA/1;Moll;41,389;2,171\nB;Port;;\n',
    [
      'column "Sensor-Nr" is taken for key',
      'column "Standort" is taken for name',
      'column "Längengrad" is taken for lon',
      'column "Breitengrad" is taken for lat',
      'the keys of 1 sensors are written as MQTT topics allow, "A/1" as "A-1"',
      '1 of 2 sensors have no place',
    ],
  ],
  [
    'a place in one column',
    'id,coordinates\nx1,"41.39, 2.17"\n',
    ['no column is longitude and latitude, so that the sensors have no place; its columns: id, coordinates'],
  ],
  ['a heading only', 'id,lat,lon\n', ['the list has no sensor']],
])('what a list of sensors leaves open is said: %s', async (_, csv, notes) => {
  const path = await districts({ crs: { properties: { name: 'urn:ogc:def:crs:EPSG::25831' } } })
  const sensors = join(folder, 'sensors.csv')
  await writeFile(sensors, csv)
  const { isValid, lines } = await make({ name: 'A', districts: path, timeZone: 'Europe/Madrid', sensors })
  expect({ isValid, lines }).toMatchObject({ isValid: true, lines: expect.arrayContaining(notes) })
})

test('the list is joined with what the devices are called in their messages, by whichever column has it', async () => {
  const broker = await openEmbeddedBroker({ port: 0 })
  const device = await connectAsync(broker.publicUrl, { clientId: 'device' })
  const send = (topic: string, payload: unknown) =>
    device.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), {
      qos: 1,
      retain: true,
    })
  await send('application/7/device/a840415711866a85/event/up', {
    ...{ deviceInfo: { devEui: 'a840415711866a85' }, time: new Date().toISOString(), object: { humidity: 61 } },
  })
  await send('v3/port@ttn/devices/eui-70b3d57ed0001234/up', {
    end_device_ids: { device_id: 'eui-70b3d57ed0001234' },
    uplink_message: { decoded_payload: { humidity: 58 } },
  })
  await send('city/air/moll-nord', { pm2_5: 8 })
  await send('/roof/BME/Humidity', '42')
  const path = await districts({ crs: { properties: { name: 'urn:ogc:def:crs:EPSG::25831' } } })
  const sensors = join(folder, 'sensors.csv')
  const rows = [
    '1;Dak;A8-40-41-57-11-86-6A-85',
    '2;Plein;70B3D57ED0001234',
    '3;Moll;Moll Nord',
    '4;Kade;0102030405060708',
  ]
  await writeFile(sensors, `Nummer;Omschrijving;DevEUI;lat;lon\n${rows.map((row) => `${row};41,389;2,171\n`).join('')}`)
  const made = await make({ name: 'A', districts: path, timeZone: 'Europe/Madrid', sensors, broker: broker.url })
  expect(made.lines.join('\n')).not.toContain(new URL(broker.url).password)
  expect(made.lines.at(-1)).toContain(`MQTT_URL=${withoutSecret(broker.url)} npm start`)
  expect(made.lines).toEqual(
    expect.arrayContaining([
      'column "Omschrijving" is taken for name',
      'column "DevEUI" names the devices in messages: 3 of 4 sensors send',
      'devices that send and are not in the list: espeasy/roof',
    ]),
  )
  const { things, city } = await readCityPack(join(folder, 'pack'))
  expect(things.map(({ key, name, device: of, domain, kind }) => [key, name, of, domain, kind])).toEqual([
    ['1', 'Dak', 'chirpstack-v4/a840415711866a85', 'weather', 'weather_station'],
    ['2', 'Plein', 'things-stack/eui-70b3d57ed0001234', 'weather', 'weather_station'],
    ['moll-nord', 'Moll', undefined, 'air', 'air_station'],
    ['4', 'Kade', undefined, 'air', 'air_station'],
  ])
  expect(city.sources.map(({ topic }) => topic).sort()).toEqual(['/roof/#', 'application/#', 'city/#', 'v3/#'])
  const checked = await check(join(folder, 'pack'), { broker: broker.url, seconds: 1 }, createScope())
  expect(checked.lines).toContain('things.csv: 3 Things of 4 sent a value; none within 1 s from 4')
  await rm(join(folder, 'pack'), { recursive: true })
  await writeFile(sensors, 'id,name,lat,lon\n1,Dak,41.389,2.171\n')
  const apart = await make({ name: 'A', districts: path, timeZone: 'Europe/Madrid', sensors, broker: broker.url })
  expect(apart.lines.join('\n')).toContain('no column names a device that sends, such as')
  await device.endAsync()
  await broker.close()
})

test('attributes of files that cities publish', () => {
  const of = (...rows: object[]) =>
    suggestAttributes({
      type: 'FeatureCollection',
      features: rows.map((properties) => ({ type: 'Feature', properties, geometry: null })) as never,
    })
  expect(of({ cartodb_id: 1, name: 'Noord' }, { cartodb_id: 2, name: 'Zuid' })).toMatchObject({
    key: 'cartodb_id',
    name: 'name',
  })
  expect(of({ kunta: 'T', postinumeroalue: '33100' }, { kunta: 'T', postinumeroalue: '33180' })).toMatchObject({
    ...{ key: 'postinumeroalue', name: 'postinumeroalue' },
  })
  expect(of({ GEN: 'Altstadt', EW: 10 }, { GEN: 'Neustadt', EW: 20 })).toEqual({
    key: 'GEN',
    name: 'GEN',
    population: 'EW',
  })
  expect(['1 200', '1.200', "1'200", '1,200', 1200].map(wholeNumber)).toEqual([1200, 1200, 1200, 1200, 1200])
  expect(['12.5', 'many', -1, 1.5, null].map(wholeNumber)).toEqual(Array(5).fill(undefined))
})
