import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { datastreamConfig } from '#ingest/decode/formats/standards/sensorthings-entity.ts'
import { decode } from '#ingest/decode/index.ts'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, read, rowOf } from './read.ts'

describe('emonCMS', () => {
  test('numbers by topic, by object, and by position as the source maps them', () => {
    expectRead(read('emon/tx/e2', '66971'), 'emoncms/tx', [['energy', '2', 66_971, 'W.h', '']])
    expectRead(read('emon/tx', { power1: 5, vrms: 230 }), 'emoncms/tx', [
      ['active_power', '1', 5, 'W', ''],
      ['voltage', '', 230, 'V', ''],
    ])
    const fields = { '10.1': { property: 'active_power', unit: 'W' } }
    expectRead(
      read('emonhub/rx/10/values', '623,7', { source: { fields } }),
      'emoncms/10',
      [['active_power', '', 623, 'W', '']],
      ['10.2 unknown_property'],
    )
  })
})

describe('IoTaWatt, AI-on-the-edge', () => {
  test('a reading that the reader marks as implausible is rejected', () => {
    const body = {
      value: '12.5',
      raw: '00012.5',
      pre: '12.4',
      error: 'no error',
      rate: '0.1',
      timestamp: '2026-05-31T13:59:50+0200',
    }
    const rate = { rate: { property: 'water_flow', unit: 'm3/h' } }
    expectRead(read('water/cellar/main/json', body, { source: { fields: rate } }), 'ai-on-the-edge/water/cellar', [
      ['water_volume', '', 12.5, 'm3', '2026-05-31T11:59:50.000Z'],
      ['water_flow', '', 0.1, 'm3/h', '2026-05-31T11:59:50.000Z'],
    ])
    const fields = { value: { property: 'gas_volume', unit: 'm3' } }
    expectRead(
      read('water/cellar/gas/json', body, { source: { fields } }),
      'ai-on-the-edge/water/cellar',
      [['gas_volume', 'gas', 12.5, 'm3', '2026-05-31T11:59:50.000Z']],
      ['rate unknown_property'],
    )
    expectRejected(
      read('water/cellar/main/json', { ...body, error: 'Neg. Rate - Read: - Raw: 00012.5' }),
      'bad_value',
      'Neg. Rate',
    )
  })
})

describe('SensorThings entities', () => {
  const at = '2026-05-31T11:00:00.000Z'
  const unit = (symbol: string, name = '', definition = '') => ({ unitOfMeasurement: { symbol, name, definition } })
  const Thing = { name: 'Pier', Locations: [{ location: { type: 'Point', coordinates: [9.96, 53.54] } }] }
  test('an answer of a server: Datastreams with their Observations and the place of their Thing', () => {
    const value = [
      {
        ...{ '@iot.id': 1, ObservedProperty: { name: 'Air Temperature' }, ...unit('', '°C'), Thing },
        Observations: [
          { phenomenonTime: '2026-05-31T10:00:00Z', result: 20.5 },
          { phenomenonTime: at, result: '21' },
        ],
      },
      {
        '@iot.id': 'b',
        name: 'Relative Humidity',
        ...unit('', '', 'http://unitsofmeasure.org/ucum.html#%'),
        Observations: [{ phenomenonTime: at, result: 40 }],
      },
    ]
    const decoded = read('feeds/sensorthings/port', { value })
    if (!decoded.ok) throw new Error(decoded.detail)
    expect(decoded.samples.map(({ device }) => device)).toEqual([
      'sensorthings/Datastreams(1)',
      'sensorthings/Datastreams(1)',
      'sensorthings/Datastreams(b)',
    ])
    expect(decoded.samples.map(rowOf)).toEqual([
      ['temperature', '', 20.5, '°C', '2026-05-31T10:00:00.000Z'],
      ['temperature', '', 21, '°C', at],
      ['relative_humidity', '', 40, '%', at],
    ])
    expect(decoded.samples[0]?.location).toEqual([9.96, 53.54])
  })
  test('a Thing with its Datastreams', () => {
    const Datastreams = [
      { '@iot.id': 1, name: 'Temperature', ...unit('°C'), Observations: [{ phenomenonTime: at, result: 5 }] },
    ]
    const decoded = read('x', { ...Thing, Datastreams }, { source: { format: 'sensorthings' } })
    expectRead(decoded, 'sensorthings/Datastreams(1)', [['temperature', '', 5, '°C', at]])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([9.96, 53.54])
  })
  test('values in rows (OGC 18-088, 12.2)', () => {
    const list = [
      {
        Datastream: { '@iot.id': 1 },
        components: ['phenomenonTime', 'result', 'FeatureOfInterest/id'],
        dataArray: [
          [at, 20, 1],
          ['never', 30, 1],
        ],
      },
    ]
    const fields = { 'Datastreams(1)': { property: 'temperature', unit: 'Cel' } }
    expectRead(
      read('x', list, { source: { fields } }),
      'sensorthings/Datastreams(1)',
      [['temperature', '', 20, 'Cel', at]],
      ['phenomenonTime bad_time'],
    )
  })
  test('the description of a Datastream on its own topic names Observations that only have its number', () => {
    const topic = 'frost/v1.1/Datastreams(9)'
    const config = datastreamConfig(topic, {
      '@iot.id': 9,
      name: 'Noise',
      ObservedProperty: { name: 'LAeq' },
      ...unit('dB(A)'),
    })
    expect(config?.entities).toMatchObject([
      { topic: `${topic}/Observations`, entity: { field: 'Datastreams(9)', name: 'LAeq', unit: 'dB(A)' } },
    ])
    const entities = config?.entities.map(({ entity }) => entity) ?? []
    const decoded = decode(
      {
        topic: `${topic}/Observations`,
        payload: Buffer.from(JSON.stringify({ result: 51, phenomenonTime: at })),
        receivedAt: new Date(at),
      },
      { name: 'test', topic: '#' },
      { timeZone: 'UTC', context: { entities } },
    )
    expectRead(decoded, 'sensorthings/Datastreams(9)', [['sound_level', '', 51, 'dB(A)', at]])
    expect(datastreamConfig(topic, { '@iot.id': 9 })).toBeUndefined()
  })
})

describe('SensorThings', () => {
  const topic = 'v1.0/Datastreams(423)/Observations'
  test('a Datastream is described by the source, or by itself', () => {
    const at = '2026-05-31T10:00:00.000Z'
    const fields = { 'Datastreams(423)': { property: 'dew_point', unit: 'Cel' } }
    expectRead(
      read(
        topic,
        { result: '-3.4', phenomenonTime: '2026-05-31T10:00:00Z/2026-05-31T11:00:00Z' },
        { source: { fields } },
      ),
      'sensorthings/Datastreams(423)',
      [['dew_point', '', -3.4, 'Cel', at]],
    )
    const Datastream = {
      '@iot.id': 7,
      ObservedProperty: { name: 'Air Temperature' },
      unitOfMeasurement: { symbol: '°F' },
    }
    expectRead(
      read('v1.1/Observations', { result: 50, phenomenonTime: at, Datastream }),
      'sensorthings/Datastreams(7)',
      [['temperature', '', 50, '°F', at]],
    )
  })
  test.each([
    [{ result: 4 }, 'unknown_property'],
    [{ value: [] }, 'wrong_shape'],
    [{ result: 4, phenomenonTime: 'now' }, 'bad_time'],
    [{ '@iot.id': 423 }, 'no_measurement'],
    [[], 'wrong_shape'],
  ])('%j is rejected as %s', (payload, reason) => expectRejected(read(topic, payload), reason))
})

describe('TTN Mapper', () => {
  const body = {
    dev_id: 'walker',
    time: 1_780_228_790_123_000_000,
    latitude: -33.9,
    longitude: 22.4,
    userid: 'person',
    gateways: [{ rssi: -95, snr: 9.5 }],
  }
  test('the person is ignored', () => {
    const decoded = read('mapper', body)
    expectRead(decoded, 'ttn-mapper/walker', [
      ['rssi', '', -95, 'dB{mW}', '2026-05-31T11:59:50.123Z'],
      ['snr', '', 9.5, 'dB', '2026-05-31T11:59:50.123Z'],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([22.4, -33.9])
    expect(JSON.stringify(decoded)).not.toContain('person')
  })
  test('without a position it is rejected', () =>
    expectRejected(read('mapper', { ...body, latitude: null }), 'bad_location'))
})

describeShared('samples of meters, SensorThings and TTN Mapper', (path) => {
  const sample = (kind: string, name: string): string => readFileSync(path('payloads', kind, name), 'utf8')
  test('emontx_mqtt_topics', () => {
    const lines = sample('emoncms', 'emontx_mqtt_topics.csv').trim().split(/\r?\n/).slice(1)
    const said = lines.map((line) =>
      read(line.slice(0, line.indexOf(',')), line.slice(line.indexOf(',') + 1).replaceAll('"', '')),
    )
    const expected: [string, string, number, string][] = [
      ['active_power', '1', 623, 'W'],
      ['active_power', '2', 482, 'W'],
      ['active_power', '3', 0, 'W'],
      ['active_power', '4', 0, 'W'],
      ['voltage', '', 232.6, 'V'],
      ['energy', '1', 121_940, 'W.h'],
      ['energy', '2', 66_971, 'W.h'],
      ['energy', '3', 0, 'W.h'],
      ['energy', '4', 0, 'W.h'],
      ['rssi', '', -53, 'dB{mW}'],
    ]
    expect(said).toHaveLength(expected.length + 1)
    for (const [index, row] of expected.entries()) {
      const decoded = said[index]
      if (decoded) expectRead(decoded, 'emoncms/emontx1', [[...row, '']])
    }
    expectRejected(said[10] ?? read('', ''), 'unknown_property', '10.1')
  })
  test('iotawatt status_inputs_outputs', () => {
    expectRead(read('iotawatt/house', sample('iotawatt', 'status_inputs_outputs.json')), 'iotawatt/iotawatt/house', [
      ['voltage', '0', 123.5632, 'V', ''],
      ['frequency', '0', 60.03416, 'Hz', ''],
      ['active_power', '3', 5, 'W', ''],
      ['power_factor', '3', 0.477556, '1', ''],
      ['active_power', '4', 962, 'W', ''],
      ['power_factor', '4', 0.953421, '1', ''],
      ['active_power', '13', 3399, 'W', ''],
      ['active_power', '14', 3657, 'W', ''],
      ['active_power', 'HydroQuebec', 7027.6, 'W', ''],
    ])
  })
  test('ai-on-the-edge main_json_1', () => {
    expectRead(
      read('watermeter/main/json', sample('ai-on-the-edge-watermeter', 'main_json_1.json')),
      'ai-on-the-edge/watermeter',
      [['water_volume', '', 545.2518, 'm3', '2024-05-01T17:05:19.000Z']],
      ['rate unknown_property'],
    )
  })
  test('sensorthings', () => {
    const fields = { 'Datastreams(423)': { property: 'dew_point', unit: 'Cel' } }
    const text = sample('sensorthings', 'observation_arctic_string_result.json')
    expectRead(
      read('v1.0/Datastreams(423)/Observations', text, { source: { fields } }),
      'sensorthings/Datastreams(423)',
      [['dew_point', '', -3.4, 'Cel', '2018-05-28T21:00:00.000Z']],
    )
    expectRejected(
      read('v1.0/Observations', sample('sensorthings', 'observation_create_offset_time.json')),
      'unknown_property',
      'Datastreams(2)',
    )
    expectRejected(read('v1.0/Datastreams(423)', sample('sensorthings', 'datastream_arctic.json')), 'no_measurement')
    // +08:00: 11:59:59 there is 03:59:59 UTC
    const two = { '2': { property: 'relative_humidity', unit: '%' } }
    expectRead(
      read('v1.0/Observations', sample('sensorthings', 'observation_create_offset_time.json'), {
        source: { fields: two },
      }),
      'sensorthings/Datastreams(2)',
      [['relative_humidity', '', 90.1, '%', '2014-12-31T03:59:59.000Z']],
    )
  })
  test('ttn-mapper app_message_v3: 1610286173.646 s is 2021-01-10T13:42:53.646Z', () => {
    const decoded = read('mapper', sample('ttn-mapper', 'app_message_v3.json'))
    expectRead(decoded, 'ttn-mapper/things_uno_jpm', [
      ['rssi', '', -95, 'dB{mW}', '2021-01-10T13:42:53.646Z'],
      ['snr', '', 9.5, 'dB', '2021-01-10T13:42:53.646Z'],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([22.434498233820108, -33.95471342555239])
  })
})
