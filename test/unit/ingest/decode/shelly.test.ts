import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const rpc = (params: object, method = 'NotifyStatus'): object => ({
  src: 'shellyplus1pm-a1',
  dst: 'x/events',
  method,
  params,
})

describe('Shelly Gen 2', () => {
  test('a notification names its device by src, whatever the prefix of its topic', () => {
    const at = '2026-05-31T11:59:50.500Z'
    const payload = rpc({
      ts: 1_780_228_790.5,
      'switch:0': { id: 0, apower: 12.5, voltage: 230.1, aenergy: { total: 1234.5 }, temperature: { tC: 48 } },
      'switch:1': { id: 1, apower: 0 },
      'temperature:100': { id: 100, tC: 7.5 },
    })
    expectRead(read('my house/events/rpc', payload), 'shelly-gen2/shellyplus1pm-a1', [
      ['active_power', '', 12.5, 'W', at],
      ['voltage', '', 230.1, 'V', at],
      ['energy', '', 1234.5, 'W.h', at],
      ['active_power', '1', 0, 'W', at],
      ['temperature', '100', 7.5, 'Cel', at],
    ])
  })
  test('before its clock is set, ts counts from zero: the time of arrival holds', () => {
    expectRead(read('a/events/rpc', rpc({ ts: 5.01, 'humidity:0': { rh: 40 } })), 'shelly-gen2/shellyplus1pm-a1', [
      ['relative_humidity', '', 40, '%', ''],
    ])
  })
  test('addresses and network names are ignored', () => {
    const decoded = read(
      'a/events/rpc',
      rpc({ ts: 1.3, wifi: { sta_ip: '10.0.0.7', ssid: 'home', rssi: -60 } }, 'NotifyFullStatus'),
    )
    expectRead(decoded, 'shelly-gen2/shellyplus1pm-a1', [['rssi', '', -60, 'dB{mW}', '']])
    expect(JSON.stringify(decoded)).not.toMatch(/home|10\.0/)
  })
  test('online', () => {
    expectRead(read('shellyplug-1/online', 'false'), 'shelly-gen2/shellyplug-1', [['online', '', 0, '', '']])
  })
  test.each([
    ['a/events/rpc', rpc({ events: [] }, 'NotifyEvent'), 'no_measurement'],
    ['a/events/rpc', rpc({ ts: 1, 'light:0': { output: true } }), 'no_measurement'],
    ['a/events/rpc', { method: 'NotifyStatus' }, 'wrong_shape'],
    ['a/events/rpc', '{', 'not_json'],
    ['a/status/switch:0', '[]', 'wrong_shape'],
    ['shelly1/online', '7', 'wrong_shape'],
  ])('%s %j is rejected as %s', (on, payload, reason) => expectRejected(read(on, payload), reason))
})

const reported = (topic: string, payload: unknown): [fields: string[], stored: string[]] => {
  const decoded = read(topic, payload)
  const stored = decoded.ok ? decoded.samples.map((s) => `${s.property} ${s.channel} ${s.value}`) : []
  return [(decoded.unmapped ?? []).map(({ field }) => field), stored]
}

// messages of shelly-api-docs.shelly.cloud: Gen 1 (Uni, Motion, TRV, Gas, 1 with add-on), Gen 2 (Input, Voltmeter, BTHomeSensor, BluTRV, PM1)
describe('what is wired to a Shelly, or heard by it, is reported and never guessed', () => {
  test.each<[topic: string, payload: unknown, fields: string[], stored: string[]]>([
    ['shellyplus1-1/status/voltmeter:100', { id: 100, voltage: 4.32 }, ['voltmeter:100.voltage'], []],
    ['shellyplus1-1/status/input:100', { id: 100, percent: 40.5 }, ['input:100.percent'], []],
    [
      'shellyplusuni-1/status/input:2',
      { id: 2, counts: { total: 600, by_minute: [1, 2, 3], minute_ts: 1_780_228_680 }, freq: 12 },
      ['input:2.counts.total', 'input:2.freq'],
      [],
    ],
    [
      'x/events/rpc',
      rpc({
        ts: 1_780_228_740,
        'bthomesensor:200': { id: 200, value: 24.1, last_updated_ts: 1_780_228_735 },
        'bthomedevice:200': { id: 200, rssi: -60, battery: 100, packet_id: 12, last_updated_ts: 1_780_228_735 },
      }),
      ['bthomesensor:200.value'],
      ['battery_level 200 100', 'rssi 200 -60'],
    ],
    [
      'x/status/blutrv:201',
      { id: 201, target_C: 21, current_C: 20.3, pos: 30, rssi: -55, battery: 90, packet_id: 2 },
      ['blutrv:201.current_C'],
      ['battery_level 201 90', 'rssi 201 -55'],
    ],
    ['x/status/pm1:0', { id: 0, apower: 100, aprtpower: 115 }, [], ['active_power  100', 'apparent_power  115']],
    ['x/status/script:1', { id: 1, running: true, mem_used: 1200 }, [], []],
    ['shellies/shelly1-1/ext_temperature/0', '12.5', ['ext_temperature/0'], []],
    ['shellies/shelly1-1/ext_temperature_f/0', '54.5', [], []],
    ['shellies/shelly1-1/ext_humidity/0', '55.1', ['ext_humidity/0'], []],
    ['shellies/shelly1-1/ext_temperatures', { 0: { hwID: '28ff', tC: 12.5, tF: 54.5 } }, ['ext_temperature.0.tC'], []],
    ['shellies/shellyuni-1/adc/0', '12.4', ['adc/0'], []],
    ['shellies/shellygas-1/sensor/concentration', '3', ['sensor/concentration'], []],
    ['shellies/shellydw2-1/sensor/vibration', '0', [], []],
    ['shellies/shellyplug-s-1/temperature', '38.5', [], []],
    [
      'shellies/shellymotionsensor-1/status',
      { motion: false, timestamp: 1_780_228_740, lux: 117, bat: 92, tmp: { value: 22.1, units: 'C', is_valid: true } },
      ['tmp.value'],
      ['battery_level  92', 'illuminance  117'],
    ],
  ])('%s %j', (topic, payload, fields, stored) => {
    expect(reported(topic, payload)).toEqual([fields, expect.arrayContaining(stored)])
    expect(reported(topic, payload)[1]).toHaveLength(stored.length)
  })

  test('in the status of a relay `tmp` is its board, in that of a room sensor the room', () => {
    const status = { wifi_sta: { connected: true }, mac: 'AABB', tmp: { tC: 48.1, tF: 118.6, is_valid: true } }
    const relay = { ...status, meters: [{ power: 5, is_valid: true, total: 60 }], overtemperature: false }
    expect(reported('x', relay)).toEqual([[], ['active_power  5', 'energy  60']])
    expect(reported('x', { ...status, bat: { value: 95, voltage: 2.9 } })[1]).toContain('temperature  48.1')
  })

  test('and can be mapped', () => {
    const fields = { 'adc/0': { property: 'battery_voltage', unit: 'V' } as const }
    expectRead(read('shellies/shellyuni-1/adc/0', '12.4', { source: { fields } }), 'shelly-gen1/shellyuni-1', [
      ['battery_voltage', '', 12.4, 'V', ''],
    ])
  })
})

describe('Shelly Gen 1', () => {
  test.each<[string, string, Row]>([
    ['relay/1/power', '20.58', ['active_power', '1', 20.58, 'W', '']],
    ['relay/0/energy', '60000', ['energy', '', 60_000, 'W.min', '']],
    ['emeter/2/total', '1500.5', ['energy', '2', 1500.5, 'W.h', '']],
    ['emeter/0/power', '-12', ['active_power', '', -12, 'W', '']],
    ['online', 'true', ['online', '', 1, '', '']],
  ])('%s %s', (part, payload, row) =>
    expectRead(read(`shellies/shelly-1/${part}`, payload), 'shelly-gen1/shelly-1', [row]),
  )

  test('a meter marked as invalid is a problem; watt-minutes of meters, watt-hours of emeters', () => {
    const status = {
      mac: 'C45BAA',
      unixtime: 0,
      meters: [{ power: 60, is_valid: true, total: 600 }],
      emeters: [{ power: 5, is_valid: false, total: 9 }],
    }
    expectRead(
      read('shellies/em/info', status),
      'shelly-gen1/em',
      [
        ['active_power', '', 60, 'W', ''],
        ['energy', '', 600, 'W.min', ''],
      ],
      ['emeters[0] bad_value'],
    )
  })
  test.each([
    ['shellies/a/relay/0', 'on', 'no_measurement'],
    ['shellies/a/overtemperature', '0', 'no_measurement'],
    ['shellies/a/online', 'maybe', 'wrong_shape'],
  ])('%s %s is rejected as %s', (on, payload, reason) => expectRejected(read(on, payload), reason))
})

describeShared('Shelly samples', (path) => {
  const gen2 = (name: string): string => readFileSync(path('payloads', 'shelly-gen2', name), 'utf8')
  const em = 'shellypro3em-ec6260890b50'

  test('em0_pro3em_split_phase', () => {
    const phase = (
      name: string,
      [current, voltage, power, apparent, factor]: [number, number, number, number, number],
    ): Row[] => [
      ['current', name, current, 'A', ''],
      ['voltage', name, voltage, 'V', ''],
      ['active_power', name, power, 'W', ''],
      ['apparent_power', name, apparent, 'V.A', ''],
      ['power_factor', name, factor, '1', ''],
    ]
    expectRead(read(`${em}/status/em:0`, gen2('em0_pro3em_split_phase.json')), `shelly-gen2/${em}`, [
      ...phase('a', [3.761, 121.7, 342.8, 457.5, -0.8]),
      ...phase('b', [8.109, 121, 957.3, 980.7, -0.98]),
      ...phase('c', [0.025, 121.7, 0.2, 3.1, -1]),
      ['current', '', 11.896, 'A', ''],
      ['active_power', '', 1300.252, 'W', ''],
      ['apparent_power', '', 1441.226, 'V.A', ''],
    ])
  })
  test('emdata0_pro3em', () => {
    expectRead(read(`${em}/status/emdata:0`, gen2('emdata0_pro3em.json')), `shelly-gen2/${em}`, [
      ['energy', 'a', 1_075_513.08, 'W.h', ''],
      ['energy_export', 'a', 0, 'W.h', ''],
      ['energy', 'b', 1_776_542.72, 'W.h', ''],
      ['energy_export', 'b', 0, 'W.h', ''],
      ['energy', 'c', 0.01, 'W.h', ''],
      ['energy_export', 'c', 0, 'W.h', ''],
      ['energy', '', 2_852_055.81, 'W.h', ''],
      ['energy_export', '', 0, 'W.h', ''],
    ])
  })
  test('notifyfullstatus_plus_ht: 1674473304.12 is 2023-01-23T11:28:24.120Z', () => {
    const at = '2023-01-23T11:28:24.120Z'
    expectRead(
      read('shelly-ht/shelly-plus-ht-01/events/rpc', gen2('notifyfullstatus_plus_ht.json')),
      'shelly-gen2/shellyplusht-08b61fce63c4',
      [
        ['battery_voltage', '', 6.17, 'V', at],
        ['battery_level', '', 100, '%', at],
        ['relative_humidity', '', 54.3, '%', at],
        ['temperature', '', 19.9, 'Cel', at],
        ['rssi', '', -70, 'dB{mW}', at],
      ],
    )
  })
  test.each(['notifyevent_ota_progress', 'notifystatus_light0', 'notifystatus_switch0_delta', 'notifystatus_sys_only'])(
    '%s measures nothing',
    (name) => expectRejected(read('shelly/events/rpc', gen2(`${name}.json`)), 'no_measurement'),
  )
  test('status_shelly_em_solar: negative power is export; 1676110566 is 2023-02-11T10:16:06Z', () => {
    const at = '2023-02-11T10:16:06.000Z'
    const text = readFileSync(path('payloads', 'shelly-gen1', 'status_shelly_em_solar.json'), 'utf8')
    expectRead(read('shellies/shellyem-1/info', text), 'shelly-gen1/shellyem-1', [
      ['active_power', '', -620.34, 'W', at],
      ['reactive_power', '', 714.48, 'var', at],
      ['power_factor', '', -0.66, '1', at],
      ['voltage', '', 235.68, 'V', at],
      ['energy', '', 401_472.9, 'W.h', at],
      ['energy_export', '', 653_673.7, 'W.h', at],
      ['active_power', '1', 0, 'W', at],
      ['reactive_power', '1', 0, 'var', at],
      ['power_factor', '1', 0, '1', at],
      ['voltage', '1', 235.68, 'V', at],
      ['energy', '1', 173_411.3, 'W.h', at],
      ['energy_export', '1', 294.2, 'W.h', at],
      ['rssi', '', -55, 'dB{mW}', at],
    ])
  })
  test('mqtt_topics_plug_s: power and energy; its temperature is that of its board', () => {
    const lines = readFileSync(path('payloads', 'shelly-gen1', 'mqtt_topics_plug_s.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
    const said = lines.map((line) => read(line.slice(0, line.indexOf(',')), line.slice(line.indexOf(',') + 1)))
    expect(said.map((decoded) => decoded.ok)).toEqual([true, true, false, false, false, false])
    expectRead(said[0] ?? read('', ''), 'shelly-gen1/shelly-plug-s1', [['active_power', '', 20.58, 'W', '']])
    expectRead(said[1] ?? read('', ''), 'shelly-gen1/shelly-plug-s1', [['energy', '', 94_736, 'W.min', '']])
    for (const decoded of said.slice(2)) expectRejected(decoded, 'no_measurement')
  })
})
