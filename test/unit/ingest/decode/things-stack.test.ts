import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const topic = 'v3/parks@ttn/devices/soil-3/up'
const at = '2026-05-31T11:59:58.123Z'

const uplink = (message: object, more: object = {}): object => ({
  end_device_ids: { device_id: 'soil-3', dev_eui: '70B3D57ED0000001', dev_addr: '26000001' },
  received_at: '2026-05-31T11:59:58.123456789Z',
  uplink_message: { f_port: 2, received_at: '2026-05-31T11:59:57.9Z', ...message },
  ...more,
})

describe('The Things Stack v3', () => {
  test('reads the decoded payload, and the signal at the best gateway', () => {
    const decoded = read(
      topic,
      uplink({
        decoded_payload: { TempC_SHT: 12.5, BatV: 3.6, Bat_status: 3, alarm: false },
        rx_metadata: [
          { gateway_ids: { gateway_id: 'far' }, rssi: -110, snr: -3 },
          { gateway_ids: { gateway_id: 'near' }, rssi: -71, snr: 9.2, location: { latitude: 1, longitude: 2 } },
          { gateway_ids: { gateway_id: 'silent' } },
        ],
      }),
    )
    expectRead(decoded, 'things-stack/soil-3', [
      ['temperature', '', 12.5, 'Cel', at],
      ['battery_voltage', '', 3.6, 'V', at],
      ['rssi', '', -71, 'dB{mW}', at],
      ['snr', '', 9.2, 'dB', at],
    ])
    expect(JSON.stringify(decoded)).not.toMatch(/near|gateway|location|70B3/)
  })

  test('zero is omitted in the JSON: a missing snr is 0, a missing rssi is not', () => {
    const message = { decoded_payload: { temperature: 0 }, rx_metadata: [{ rssi: -80 }, { snr: 7 }] }
    expectRead(read(topic, uplink(message)), 'things-stack/soil-3', [
      ['temperature', '', 0, 'Cel', at],
      ['rssi', '', -80, 'dB{mW}', at],
      ['snr', '', 0, 'dB', at],
    ])
  })

  // Names, units and structure: TheThingsNetwork/lorawan-devices, lib/payload.json
  describe('normalized_payload', () => {
    const reads = (message: object, rows: Row[], problems: string[] = []) =>
      expectRead(read(topic, uplink(message)), 'things-stack/soil-3', rows, problems)

    test('is read where the payload formatter of the device says nothing that is certain', () => {
      const normalized_payload = [
        {
          battery: 3.58,
          air: {
            location: 'outdoor',
            temperature: 21.5,
            relativeHumidity: 48,
            pressure: 1013.2,
            co2: 612,
            lightIntensity: 980,
          },
          wind: { speed: 3.5, direction: 270 },
          water: { leak: false, temperature: { min: 10, max: 14, avg: 12, current: 13.5 } },
          metering: { water: { total: 12345 } },
          action: { motion: { detected: true }, contactState: 'open' },
        },
      ]
      reads(
        { decoded_payload: { v1: 215, v2: 48 }, normalized_payload },
        [
          ['battery_voltage', '', 3.58, 'V', at],
          ['temperature', '', 21.5, 'Cel', at],
          ['relative_humidity', '', 48, '%', at],
          ['pressure', '', 1013.2, 'hPa', at],
          ['co2', '', 612, '[ppm]', at],
          ['illuminance', '', 980, 'lx', at],
          ['wind_speed', '', 3.5, 'm/s', at],
          ['wind_direction', '', 270, 'deg', at],
          ['water_temperature', '', 13.5, 'Cel', at],
          ['water_volume', '', 12345, 'L', at],
        ],
        ['v1 unknown_property', 'v2 unknown_property'],
      )
    })

    test('alone, with probes at depths and times of their own', () => {
      const normalized_payload = [
        { time: '2026-05-31T10:00:00Z', soil: { depth: 10, moisture: 31, temperature: 14.5 } },
        { time: '2026-05-31T10:00:00Z', soil: { depth: 40, moisture: 38, temperature: 12.25 } },
        { time: '2026-05-31T11:00:00Z', soil: { depth: 10, moisture: 30 } },
      ]
      reads({ normalized_payload }, [
        ['soil_moisture', '10 cm', 31, '%', '2026-05-31T10:00:00.000Z'],
        ['soil_temperature', '10 cm', 14.5, 'Cel', '2026-05-31T10:00:00.000Z'],
        ['soil_moisture', '40 cm', 38, '%', '2026-05-31T10:00:00.000Z'],
        ['soil_temperature', '40 cm', 12.25, 'Cel', '2026-05-31T10:00:00.000Z'],
        ['soil_moisture', '10 cm', 30, '%', '2026-05-31T11:00:00.000Z'],
      ])
    })

    test('says the same as decoded_payload: one value, in the series that there is already', () => {
      reads(
        { decoded_payload: { TempC_SHT: 21.5, TempC_DS: 4.5 }, normalized_payload: [{ air: { temperature: 21.5 } }] },
        [
          ['temperature', '', 21.5, 'Cel', at],
          ['temperature', 'DS', 4.5, 'Cel', at],
        ],
      )
    })

    test('two measurements of one time are two series; a time that cannot be read is said', () => {
      reads({ normalized_payload: [{ air: { temperature: 20 } }, { air: { temperature: 21 } }] }, [
        ['temperature', '', 20, 'Cel', at],
        ['temperature', '2', 21, 'Cel', at],
      ])
      expectRejected(
        read(topic, uplink({ normalized_payload: [{ time: 'yesterday', air: { temperature: 20 } }] })),
        'bad_time',
        'normalized_payload[0].time',
      )
    })
  })

  test('SenseCAP payloads are lists of measurements, as an array or under messages', () => {
    const entries = [
      { measurementId: '4097', measurementValue: 21.3, type: 'Air Temperature' },
      { measurementId: 4101, measurementValue: 101325, type: 'Barometric Pressure' },
      { measurementId: '4106', measurementValue: 6.8, type: 'PH' },
    ]
    for (const decoded_payload of [entries, { err: 0, valid: true, messages: [entries] }]) {
      expectRead(
        read(topic, uplink({ decoded_payload })),
        'things-stack/soil-3',
        [
          ['temperature', '', 21.3, 'Cel', at],
          ['pressure', '', 101_325, 'Pa', at],
        ],
        ['PH unknown_property'],
      )
    }
  })

  test('nested objects and numbered names become channels when they have to', () => {
    const decoded_payload = { a: { temperature: 1 }, b: { temperature: 2 }, temperature_3: 3, humidity: null }
    expectRead(read(topic, uplink({ decoded_payload })), 'things-stack/soil-3', [
      ['temperature', 'a', 1, 'Cel', at],
      ['temperature', 'b', 2, 'Cel', at],
      ['temperature', '3', 3, 'Cel', at],
      ['relative_humidity', '', null, '%', at],
    ])
  })

  test('a simulated uplink is flagged; the device position is used', () => {
    const decoded = read(
      topic,
      uplink(
        { decoded_payload: { temperature: 4 }, locations: { user: { latitude: 52.5, longitude: 13.4 } } },
        { simulated: true },
      ),
    )
    expect(decoded.ok && decoded.samples[0]).toMatchObject({ flags: 1 << 13, location: [13.4, 52.5] })
  })

  test('the position in the payload goes before the registered one', () => {
    const decoded = read(
      topic,
      uplink({
        decoded_payload: { temperature: 4, lat: 1.5, lon: 2.5 },
        locations: { user: { latitude: 52.5, longitude: 13.4 } },
      }),
    )
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([2.5, 1.5])
  })

  test.each([
    [uplink({ f_port: 5, decoded_payload: { Bat_mV: 3000, Firmware_Version: '100' } }), 'no_measurement'],
    [uplink({ frm_payload: 'AA==' }), 'no_measurement'],
    [uplink({ decoded_payload: {} }), 'no_measurement'],
    [uplink({ decoded_payload: { mystery: 4 } }), 'unknown_property'],
    [uplink({ decoded_payload: { temperature: 1 } }, { received_at: 'soon' }), 'bad_time'],
    [{ end_device_ids: { device_id: 'a' }, join_accept: {} }, 'no_measurement'],
    [{ end_device_ids: {}, uplink_message: {} }, 'no_measurement'],
    [{ hello: 1 }, 'wrong_shape'],
    ['{', 'not_json'],
  ])('%j is rejected as %s', (payload, reason) => expectRejected(read(topic, payload), reason))

  test('joins and downlinks contain no measurement', () => {
    expectRejected(read('v3/parks@ttn/devices/soil-3/join', {}), 'no_measurement')
  })
})

describeShared('The Things Stack samples', (path) => {
  const sample = (name: string): string => readFileSync(path('payloads', 'things-stack-v3', name), 'utf8')

  test('up_dragino_lht65', () => {
    const time = '2021-11-11T08:33:35.136Z'
    expectRead(
      read('v3/smarthouse-22rdk-29600@ttn/devices/lht65-4c84/up', sample('up_dragino_lht65.json')),
      'things-stack/lht65-4c84',
      [
        ['battery_voltage', '', 3.103, 'V', time],
        ['relative_humidity', '', 67.6, '%', time],
        ['temperature', 'DS', 13.18, 'Cel', time],
        ['temperature', '', 14.65, 'Cel', time],
        ['rssi', '', -60, 'dB{mW}', time],
        ['snr', '', 8.5, 'dB', time],
      ],
    )
  })
  test('up_docs_example: luminosity has no unit anyone could know', () => {
    const time = '2020-02-12T15:15:46.014Z'
    const decoded = read('v3/app1@tenant1/devices/dev1/up', sample('up_docs_example.json'))
    expectRead(
      decoded,
      'things-stack/dev1',
      [
        ['temperature', '', 1, 'Cel', time],
        ['rssi', '', -35, 'dB{mW}', time],
        ['snr', '', 5, 'dB', time],
      ],
      ['luminosity unknown_property'],
    )
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([23.72678801175413, 37.97155556731436])
  })
  test('up_lht52_device_status: f_port 5 contains no measurement', () => {
    expectRejected(
      read('v3/piegn@ttn/devices/lht52-temp-1/up', sample('up_lht52_device_status_no_measurement.json')),
      'no_measurement',
      'f_port 5',
    )
  })
  test('storage_api_stream: two lines without decoded payload', () => {
    expectRejected(read('storage', sample('storage_api_stream.ndjson')), 'no_measurement', 'payload formatter')
  })
  test('storage_api_zero_times: the state of a parking bay is not a number until it is mapped', () => {
    const text = sample('storage_api_zero_times.json')
    expectRejected(read('storage', text), 'no_measurement', 'occupied')
    const fields = { occupied: { property: 'occupancy', unit: '1' } }
    expectRead(read('storage', text, { source: { fields } }), 'things-stack/dev1', [
      ['occupancy', '', 0, '1', '2021-02-04T19:32:31.488Z'],
      ['occupancy', '', 1, '1', '2021-02-04T19:19:28.681Z'],
    ])
  })
})
