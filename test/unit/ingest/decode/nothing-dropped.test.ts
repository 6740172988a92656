/**
 * Every number of an accepted message is an observation, a known non-measurement, or reported as unmapped with its path
 * (issue 15.4).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { meaningOf } from '#ingest/decode/names/meaning.ts'
import { expectRead, read } from './read.ts'

const uplink = (object: object): Decoded =>
  read('application/1/device/a/event/up', { deviceInfo: { devEui: 'a' }, object })
const accounted = (decoded: Decoded): string[] => [
  ...(decoded.ok ? decoded.samples.map(({ field }) => field) : []),
  ...(decoded.unmapped ?? []).map(({ field }) => field),
]
const amsterdam = { timeZone: 'Europe/Amsterdam' }

describe('free-form messages', () => {
  type Json = number | string | boolean | null | Json[] | { [key: string]: Json }
  const key = fc.constantFrom(
    ...'temperature humidity history sensors pm values a b co2 flow t x data no2_ppb counter uptime seq'.split(' '),
  )
  const { tree } = fc.letrec<{ tree: Json; object: { [key: string]: Json } }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.integer({ min: 1, max: 90 }),
      fc.constantFrom('text', '12.5', true, null),
      fc.array(tie('tree'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  }))

  /** Paths of the numbers, and whether the name of each says that it is about the device itself. */
  function numbers(value: Json, path: string, name: string): [path: string, isKnown: boolean][] {
    if (Array.isArray(value)) return value.flatMap((each, index) => numbers(each, `${path}[${index}]`, name))
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).flatMap(([inner, each]) =>
        numbers(each, path === '' ? inner : `${path}.${inner}`, inner),
      )
    return typeof value === 'number' || value === '12.5' ? [[path, meaningOf(name) === 'housekeeping']] : []
  }

  test('every number is accounted for by its path', () => {
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 5 }), (object) => {
        const found = new Set(accounted(uplink(object)))
        // an object in a list is named by its list: [0].0 is the first number of the first list in it
        const plain = (text: string): string => text.replace(/\[(\d+)\]/g, '.$1')
        const known = new Set([...found].map(plain))
        for (const [path, isKnown] of numbers(object, '', '')) expect(isKnown || known.has(plain(path))).toBe(true)
      }),
      { seed: 15, numRuns: 1_000 },
    )
  })

  test.each<[payload: object, unmapped: string[]]>([
    [{ temperature: 20, history: [19.5, 19.1] }, ['history[0]', 'history[1]']],
    [{ temperature: 20, history: [{ temperature: 19, time: 'x' }] }, ['history[0].temperature']],
    [{ temperature: 20, sensors: [{ id: 1, value: 3 }] }, ['sensors[0].value']],
    [{ temperature: 20, pm: [1, 2, 3] }, ['pm[0]', 'pm[1]', 'pm[2]']],
    [{ temperature: 20, counter: 77 }, ['counter']],
  ])('%j', (payload, unmapped) => {
    expect((uplink(payload).unmapped ?? []).map(({ field }) => field)).toEqual(unmapped)
  })

  test('a number in a list is read where its path is mapped', () => {
    const fields = { 'sensors[0].value': { property: 'water_level', unit: 'cm' } }
    const decoded = read(
      'application/1/device/a/event/up',
      { deviceInfo: { devEui: 'a' }, object: { sensors: [{ value: 3 }, { value: 4 }] } },
      { source: { fields } },
    )
    expectRead(decoded, 'chirpstack-v4/a', [['water_level', '', 3, 'cm', '']], ['sensors[1].value unknown_property'])
  })
})

describe('P1', () => {
  const telegram = (head: string, ...lines: string[]): string => [head, '', ...lines, '!'].join('\r\n')
  // Dutch Smart Meter Requirements 2.2+ and 3.0, P1: the reading of a gas meter in two lines
  const gas = ['0-1:24.1.0(3)', '0-1:24.3.0(121030140000)(00)(60)(1)(0-1:24.2.1)(m3)', '(00024.123)']
  test.each([
    ['DSMR 2.2', '/ISk5\\2MT382-1004', gas],
    ['DSMR 3.0', '/KMP5 ZZZ000000000', ['0-1:24.1.0(03)', ...gas.slice(1)]],
    ['no unit', '/ADN9 6534', [...gas.slice(0, 1), '0-1:24.3.0(121030140000)(00)(60)(1)(0-1:24.2.1)', '(00024.123)']],
  ])('gas of %s', (_, head, lines) => {
    expectRead(read('dsmr/raw', telegram(head, '1-0:1.8.1(00608.400*kWh)', ...lines), amsterdam), 'dsmr-p1/dsmr', [
      ['energy', 't1', 608.4, 'kW.h', ''],
      // 14:00 on 30 October is winter time, UTC+1
      ['gas_volume', '', 24.123, 'm3', '2012-10-30T13:00:00.000Z'],
    ])
  })

  test('a reading of an unknown kind of meter is reported', () => {
    const decoded = read('dsmr/raw', telegram('/ISk5', '1-0:1.8.1(1.0*kWh)', ...gas.slice(1)), amsterdam)
    expect(decoded).toMatchObject({ ok: true, unmapped: [{ field: '0-1:24.3.0', value: '00024.123' }] })
  })

  test('HomeWizard: the meters behind it, and every other number', () => {
    const body = {
      total_power_import_kwh: 10,
      wifi_strength: 70,
      montly_power_peak_w: 900,
      external: [{ type: 'water_meter', timestamp: 250325221000, value: 12.5, unit: 'm3' }],
    }
    expectRead(
      read('meters/hw', body, amsterdam),
      'dsmr-p1/meters/hw',
      [
        ['energy', '', 10, 'kW.h', ''],
        ['water_volume', '', 12.5, 'm3', '2025-03-25T21:10:00.000Z'],
      ],
      ['montly_power_peak_w unknown_property'],
    )
  })
})

describe('Shelly', () => {
  const src = 'shellyplus1pm-08b61f'
  const status = {
    id: 0,
    output: true,
    apower: 12.5,
    voltage: 231,
    aenergy: { total: 40, by_minute: [1, 2, 3], minute_ts: 9 },
  }
  const rows: [string, string, number, string, string][] = [
    ['active_power', '', 12.5, 'W', ''],
    ['voltage', '', 231, 'V', ''],
    ['energy', '', 40, 'W.h', ''],
  ]
  test('the reply to Switch.GetStatus', () => {
    expectRead(read('user_1/rpc', { id: 1, src, dst: 'user_1', result: status }), `shelly-gen2/${src}`, rows)
  })
  test('the reply to Shelly.GetStatus, dated by the clock of the device', () => {
    // 1674473304 is 2023-01-23T11:28:24Z
    const result = { 'switch:0': status, sys: { mac: '08B61F', unixtime: 1_674_473_304 } }
    const at = '2023-01-23T11:28:24.000Z'
    expectRead(
      read('user_1/rpc', { id: 1, src, dst: 'user_1', result }),
      `shelly-gen2/${src}`,
      rows.map(([property, channel, value, unit]) => [property, channel, value, unit, at]),
    )
    expectRead(
      read('polled/plug', result),
      'shelly-gen2/polled/plug',
      rows.map(([property, channel, value, unit]) => [property, channel, value, unit, at]),
    )
  })
  test('an error, and a reply about something else', () => {
    expect(read('user_1/rpc', { id: 1, src, error: { code: 404 } })).toMatchObject({ reason: 'no_measurement' })
    expect(read('user_1/rpc', { id: 1, src, result: { was_on: true } })).toMatchObject({ reason: 'no_measurement' })
  })
  test('numbers that nobody maps', () => {
    const decoded = read(`${src}/status/switch:0`, { ...status, xenergy: 3 })
    expect(decoded.unmapped).toMatchObject([{ field: 'switch:0.xenergy' }])
  })
})

test('a Zigbee device on RESULT', () => {
  const body = { ZbReceived: { '0x1067': { Device: '0x1067', Temperature: 19.04, Endpoint: 1 } } }
  for (const topic of ['tele/zbbridge/RESULT', 'stat/zbbridge/RESULT'])
    expectRead(read(topic, body), 'tasmota/zbbridge/0x1067', [['temperature', '', 19.04, 'Cel', '']])
})

test('NGSI-LD as GeoJSON', () => {
  const feature = {
    id: 'urn:ngsi-ld:AirQualityObserved:a',
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [13.4, 52.5] },
    properties: {
      type: 'AirQualityObserved',
      no2: { type: 'Property', value: 31, unitCode: 'GQ', observedAt: '2026-05-31T11:00:00Z' },
    },
  }
  for (const message of [feature, { type: 'FeatureCollection', features: [feature] }]) {
    const decoded = read('orion', message)
    expectRead(decoded, 'fiware/urn:ngsi-ld:AirQualityObserved:a', [
      ['no2', '', 31, 'ug/m3', '2026-05-31T11:00:00.000Z'],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([13.4, 52.5])
  }
})

test('two rows within one second of a drive test are two observations, the same each time', () => {
  const head = 'Timestamp,Longitude,Latitude,NetworkMode,RSRP\n'
  const row = (second: string, rsrp: number): string => `2020.02.27_18.39.${second},-8.39,51.88,5G,${rsrp}\n`
  const times = (): (string | undefined)[] => {
    const decoded = read('import/gnettrack/x', head + row('27', -101) + row('28', -102) + row('28', -103), {
      source: { format: 'gnettrack' },
      timeZone: 'UTC',
    })
    return decoded.ok ? decoded.samples.map(({ time }) => time?.toISOString()) : []
  }
  expect(times()).toEqual(['2020-02-27T18:39:27.000Z', '2020-02-27T18:39:28.000Z', '2020-02-27T18:39:28.001Z'])
  expect(times()).toEqual(times())
})

test('the rate beside a meter reading', () => {
  const body = { value: '12.5', raw: '0012.5', pre: '12.5', error: 'no error', rate: '0.01', timestamp: '' }
  const decoded = read('watermeter/main/json', body)
  expectRead(decoded, 'ai-on-the-edge/watermeter', [['water_volume', '', 12.5, 'm3', '']], ['rate unknown_property'])
})
