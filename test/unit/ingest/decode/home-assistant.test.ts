/** Home Assistant MQTT discovery, after home-assistant.io/integrations/mqtt and what Tasmota and ESPHome publish. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type ConfigRead,
  readConfig,
  readTemplate,
} from '#ingest/decode/formats/home-automation/home-assistant-config.ts'
import type { Config, DiscoveredEntity } from '#ingest/decode/helpers/decoding-context.ts'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { decode } from '#ingest/decode/index.ts'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Options, read as readAlone, receivedAt } from './read.ts'

const levels = (topic: string): string[] => topic.split('/')
const config = (json: unknown, topic = 'homeassistant/sensor/node/object/config'): Config => {
  const read: ConfigRead = readConfig(levels(topic), json)
  if ('reason' in read) throw new Error(`${read.reason}: ${read.detail}`)
  return read
}
const states = (read: Config): DiscoveredEntity[] => read.entities.map(({ entity }) => entity)

function read(payload: string | object, entities: readonly DiscoveredEntity[], options: Options = {}): Decoded {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  const source = { name: 'test', topic: '#', ...options.source }
  return decode({ topic: 'plant/state', payload: bytes, receivedAt }, source, {
    timeZone: 'UTC',
    context: { entities },
  })
}

const roof = {
  name: 'Roof Temperature',
  state_topic: 'roof/state',
  value_template: '{{ value_json.air.t }}',
  unit_of_measurement: '°F',
  device_class: 'temperature',
  unique_id: 'roof_t',
  device: {
    identifiers: ['roof-1', 'other'],
    name: 'Roof',
    manufacturer: 'Own',
    model: 'Box 2',
    suggested_area: 'Attic',
  },
}

describe('discovery messages', () => {
  test('name, unit and class of an entity; its device is the Thing', () => {
    expect(config(roof)).toEqual({
      device: 'home-assistant/roof-1',
      name: 'Roof',
      attributes: { manufacturer: 'Own', model: 'Box 2', suggested_area: 'Attic' },
      entities: [
        {
          part: '',
          topic: 'roof/state',
          entity: {
            ...{ device: 'home-assistant/roof-1', field: 'roof_t', name: 'Temperature', channel: '' },
            ...{ deviceClass: 'temperature', unit: '°F', path: ['air', 't'] },
          },
        },
      ],
    })
  })

  test('short keys are equivalent, and the base replaces the tilde', () => {
    const short = {
      '~': 'roof',
      name: 'Roof Temperature',
      stat_t: '~/state',
      val_tpl: "{{value_json['air']['t']}}",
      unit_of_meas: '°F',
      dev_cla: 'temperature',
      uniq_id: 'roof_t',
      dev: { ids: 'roof-1', name: 'Roof', mf: 'Own', mdl: 'Box 2', sa: 'Attic' },
    }
    expect(config(short)).toEqual(config(roof))
    expect(config({ ...short, stat_t: 'state/~' }).entities[0]?.topic).toBe('state/roof')
  })

  test('an entity called by more than what it measures has its name as channel', () => {
    const channel = (name: string | undefined): string | undefined => states(config({ ...roof, name }))[0]?.channel
    expect([undefined, 'Temperature', 'Roof temperature', 'Probe 2', 'Wärme außen'].map(channel)).toEqual([
      '',
      '',
      '',
      'probe_2',
      'wärme_außen',
    ])
  })

  test('a device with components, and one availability for all', () => {
    const device = {
      dev: { ids: ['plug-1'], name: 'Plug' },
      o: { name: 'test' },
      '~': 'plug',
      avty_t: '~/status',
      stat_t: '~/state',
      cmps: {
        power: { p: 'sensor', uniq_id: 'plug-p', dev_cla: 'power', unit_of_meas: 'W', val_tpl: '{{ value_json.p }}' },
        relay: { p: 'switch', uniq_id: 'plug-r', cmd_t: '~/set' },
        link: { p: 'binary_sensor', uniq_id: 'plug-l', dev_cla: 'connectivity', stat_t: '~/link' },
      },
    }
    const found = config(device, 'homeassistant/device/plug-1/config')
    expect(found.entities.map(({ part, topic, entity }) => [part, topic, entity.field, entity.on, entity.off])).toEqual(
      [
        ['power', 'plug/state', 'plug-p', undefined, undefined],
        ['link', 'plug/link', 'plug-l', 'ON', 'OFF'],
        [' availability', 'plug/status', 'availability', 'online', 'offline'],
      ],
    )
  })

  test('without a device the entity is the Thing; without an id its topic', () => {
    expect(config({ stat_t: 'a', uniq_id: 'u7' }).device).toBe('home-assistant/u7')
    expect(config({ stat_t: 'a' }).device).toBe('home-assistant/node/object')
    expect(config({ stat_t: 'a', dev: { cns: [['mac', '02:00:00:00:00:01']] } }).device).toBe(
      'home-assistant/02:00:00:00:00:01',
    )
  })

  test.each([
    ['sensor', { name: 'x' }, 'wrong_shape'],
    ['sensor', { stat_t: 'a/#' }, 'wrong_shape'],
    ['sensor', [], 'wrong_shape'],
    ['light', { stat_t: 'a' }, 'no_measurement'],
    ['binary_sensor', { stat_t: 'a', dev_cla: 'motion' }, 'no_measurement'],
    ['device_tracker', { stat_t: 'a' }, 'personal_data'],
    ['device', { cmps: {} }, 'no_measurement'],
    ['device', { cmps: { a: { p: 'light' } } }, 'no_measurement'],
  ])('%s %j is rejected: %s', (component, json, reason) => {
    expect(readConfig(['homeassistant', component, 'x', 'config'], json)).toMatchObject({ reason })
  })
  test.each([
    ['', 'no_measurement'],
    ['{', 'not_json'],
    [JSON.stringify(roof), 'no_measurement'],
  ])('the message %j itself contains no measurement', (payload, reason) =>
    expectRejected(readAlone('homeassistant/sensor/x/config', payload), reason),
  )
})

describe('value templates', () => {
  test.each([
    ['{{ value }}', {}],
    ['{{value|float}}', {}],
    [undefined, {}],
    ['{{ value_json.a.b }}', { path: ['a', 'b'] }],
    ["{{ value_json['a b']['ü'] }}", { path: ['a b', 'ü'] }],
    ['{{ value_json["a"][0].c | float(0) | round(1) }}', { path: ['a', 0, 'c'] }],
    ['{{- value_json.a | is_defined -}}', { path: ['a'] }],
    ['{{ value_json }}', { path: [] }],
  ])('%s', (template, expected) => expect(readTemplate(template)).toEqual(expected))
  test.each([
    '{{ value_json.a * 10 }}',
    '{{ value.a }}',
    '{% if value %}1{% endif %}',
    '{{ states("sensor.x") }}',
    '{{ value_json.a | regex_replace("x") }}',
    '{{ value_json.a }} {{ value_json.b }}',
    `{{ value_json${'.a'.repeat(400)} }}`,
  ])('%s is refused', (template) => expect(readTemplate(template)).toHaveProperty('refused'))
})

describe('state topics', () => {
  const entity = (more: Partial<DiscoveredEntity>): DiscoveredEntity => ({
    device: 'home-assistant/d',
    field: 'f',
    name: '',
    channel: '',
    ...more,
  })

  test('a value of a JSON message, in the unit of the discovery', () => {
    expectRead(read({ air: { t: 70.2 } }, states(config(roof))), 'home-assistant/roof-1', [
      ['temperature', '', 70.2, '°F', ''],
    ])
  })
  test('a bare number', () => {
    expectRead(read(' 21.5\n', [entity({ deviceClass: 'humidity', unit: '%' })]), 'home-assistant/d', [
      ['relative_humidity', '', 21.5, '%', ''],
    ])
  })
  test('several entities read one message; a missing key is skipped', () => {
    const entities = [
      entity({ field: 'a', deviceClass: 'pm25', path: ['pm25'] }),
      entity({ field: 'b', deviceClass: 'pm10', path: ['pm10'], channel: 'second' }),
      entity({ field: 'c', deviceClass: 'pm1', path: ['pm1'] }),
    ]
    expectRead(read({ pm25: '8', pm10: 9 }, entities), 'home-assistant/d', [
      ['pm2_5', '', 8, '', ''],
      ['pm10', 'second', 9, '', ''],
    ])
  })
  test.each<[more: Partial<DiscoveredEntity>, property: string]>([
    [{ deviceClass: 'energy', unit: 'kWh', stateClass: 'total_increasing' }, 'energy'],
    [{ deviceClass: 'energy', unit: 'kWh', name: 'Energy returned' }, 'energy_export'],
    [{ deviceClass: 'energy', unit: 'kWh', name: 'PV yield total' }, 'energy_produced'],
    [{ deviceClass: 'temperature', unit: '°C', name: 'Soil temperature' }, 'soil_temperature'],
    [{ deviceClass: 'sound_pressure', unit: 'dBA' }, 'sound_level'],
    [{ deviceClass: 'voltage', name: 'Battery voltage' }, 'battery_voltage'],
    [{ name: 'Humidity' }, 'relative_humidity'],
    [{ path: ['linkquality'] }, 'link_quality'],
  ])('%j is %s', (more, property) => {
    const decoded = read(more.path ? { linkquality: 7 } : '7', [entity(more)])
    expect(decoded.ok && decoded.samples.map((sample) => sample.property)).toEqual([property])
  })
  test.each<Partial<DiscoveredEntity>>([
    { deviceClass: 'temperature', unit: '°C', diagnostic: true },
    { deviceClass: 'temperature', unit: '°C', name: 'CPU temperature' },
    { deviceClass: 'temperature', unit: '°C', field: 'esp32_internal_temperature' },
    { deviceClass: 'voltage', unit: 'V', diagnostic: true },
    { deviceClass: 'voltage', unit: 'mV' },
    { deviceClass: 'pressure', unit: 'kPa' },
    { deviceClass: 'nitrogen_dioxide' },
    { deviceClass: 'sound_pressure', unit: 'dB' },
    { name: 'Speed', unit: 'km/h' },
    { name: 'Occupancy', unit: '%' },
  ])('%j is left to a person', (more) => {
    expect(read('7', [entity(more)])).toMatchObject({
      ok: false,
      reason: 'unknown_property',
      unmapped: [{ value: '7' }],
    })
  })

  test('the category of an entity is read', () => {
    expect(states(config({ ...roof, entity_category: 'diagnostic' }))[0]).toMatchObject({ diagnostic: true })
    expect(states(config({ ...roof, ent_cat: 'diagnostic' }))[0]).toMatchObject({ diagnostic: true })
  })

  test('reachable or not', () => {
    const reachable = entity({ field: 'availability', on: 'Online', off: 'Offline' })
    expectRead(read('Offline', [reachable, reachable]), 'home-assistant/d', [['online', '', 0, '', '']])
    expectRejected(read('maybe', [reachable]), 'bad_value', 'neither Online nor Offline')
  })
  test('an unmapped entity is reported, and a city can map it by id or name', () => {
    const mystery = entity({ field: 'x7', name: 'Mystery', path: ['m'] })
    expectRejected(read({ m: 3 }, [mystery]), 'unknown_property')
    const fields = { x7: { property: 'active_power', unit: 'kW' } }
    expectRead(read({ m: 3 }, [mystery], { source: { fields } }), 'home-assistant/d', [
      ['active_power', '', 3, 'kW', ''],
    ])
  })
  test('rejected for the stated reason', () => {
    expectRejected(read('1', [entity({ refused: '{{ value | int * 2 }}' })]), 'unsupported_template')
    expectRejected(read('nan?', [entity({ path: ['a'] })]), 'not_json')
    expectRejected(read('{}', [entity({ path: ['a'], deviceClass: 'power' })]), 'no_measurement')
    expectRejected(readAlone('x/y', '1', { source: { format: 'home-assistant' } }), 'not_discovered')
  })
})

describeShared('Home Assistant samples', (path) => {
  test('tasmota_opentherm_sensor_abbrev: one byte of OpenTherm message 10, no class, a blank unit', () => {
    const text = readFileSync(path('payloads', 'ha-discovery', 'tasmota_opentherm_sensor_abbrev.json'), 'utf8')
    const found = config(JSON.parse(text), 'homeassistant/sensor/BB050B_OPENTHERM_OT10_lo/config')
    const device = 'home-assistant/BB050B'
    expect(found).toEqual({
      ...{ device, name: 'Opentherm OPENTHERM OT10 lo', attributes: {} },
      entities: [
        {
          ...{ part: '', topic: 'tele/tasmota_BB050B/SENSOR' },
          entity: {
            ...{ device, field: 'BB050B_OPENTHERM_OT10_lo', name: 'Opentherm OPENTHERM OT10 lo' },
            ...{ channel: 'opentherm_opentherm_ot10_lo', path: ['OPENTHERM', 'OT10', 'lo'] },
          },
        },
        {
          ...{ part: ' availability', topic: 'tele/tasmota_BB050B/LWT' },
          entity: { device, field: 'availability', name: 'availability', channel: '', on: 'Online', off: 'Offline' },
        },
      ],
    })
    const state = { OPENTHERM: { OT10: { lo: 12 } } }
    expectRejected(read(state, states(found).slice(0, 1)), 'unknown_property', 'Opentherm OPENTHERM OT10 lo')
  })
})
