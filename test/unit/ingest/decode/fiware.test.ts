/** Tables by hand from the samples and the Smart Data Models; unit codes by UN/CEFACT Recommendation 20. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const topic = 'broker/notify'
const at = '2026-05-31T11:55:00.000Z'
const station = (more: object): object => ({
  id: 'urn:ngsi-ld:AirQualityObserved:s1',
  type: 'AirQualityObserved',
  dateObserved: at,
  ...more,
})

// dataModel.Device, dataModel.Weather, dataModel.WaterQuality and dataModel.WasteManagement of smart-data-models
describe('what the model says of a name', () => {
  const entity = (type: string, more: object): object => ({ id: 'urn:ngsi-ld:x', type, dateObserved: at, ...more })
  const row = (type: string, more: object): [rows: string[], unmapped: string[]] => {
    const decoded = read(topic, entity(type, more))
    const rows = decoded.ok ? decoded.samples.map((s) => `${s.property} ${s.value} ${s.unit}`) : []
    return [rows, (decoded.unmapped ?? []).map(({ field }) => field)]
  }
  test.each<[type: string, more: object, rows: string[], unmapped: string[]]>([
    ['WaterQualityObserved', { temperature: 24.4, pH: 7.4 }, ['water_temperature 24.4 Cel'], ['pH']],
    ['WasteContainer', { temperature: 24, fillingLevel: 0.4 }, [], ['temperature', 'fillingLevel']],
    ['Room', { temperature: 21 }, ['temperature 21 Cel'], []],
    ['Device', { batteryLevel: 0.75, rssi: 0.5 }, ['battery_level 0.75 1'], ['rssi']],
    ['WeatherObserved', { windDirection: -45 }, ['wind_direction 315 deg'], []],
    ['WeatherObserved', { windDirection: 180 }, ['wind_direction 180 deg'], []],
  ])('%s %j', (type, more, rows, unmapped) => expect(row(type, more)).toEqual([rows, unmapped]))
})

describe('FIWARE entities', () => {
  test('normalised, concise and key-values are equivalent', () => {
    const expected: Row[] = [['no2', '', 21.5, 'ug/m3', at]]
    const normalised = { type: 'Property', value: 21.5, unitCode: 'GQ' }
    for (const no2 of [normalised, { value: 21.5, unitCode: 'GQ' }, 21.5])
      expectRead(read(topic, station({ no2 })), 'fiware/urn:ngsi-ld:AirQualityObserved:s1', expected)
  })

  test('a unit of NGSIv2 is in the metadata, and so is the time of an attribute', () => {
    const metadata = {
      unitCode: { type: 'Text', value: 'FAH' },
      TimeInstant: { type: 'DateTime', value: '2026-05-31T11:50:00.00Z' },
    }
    const entity = { id: 's1', type: 'AirQualityObserved', temperature: { type: 'Number', value: 68, metadata } }
    expectRead(read(topic, entity), 'fiware/s1', [['temperature', '', 68, '[degF]', '2026-05-31T11:50:00.000Z']])
  })

  test('observedAt of an attribute goes before the time of its entity', () => {
    const pm25 = { type: 'Property', value: 8, observedAt: '2026-05-31T11:50:00Z' }
    expectRead(read(topic, station({ pm25, pm10: 9 })), 'fiware/urn:ngsi-ld:AirQualityObserved:s1', [
      ['pm2_5', '', 8, '', '2026-05-31T11:50:00.000Z'],
      ['pm10', '', 9, '', at],
    ])
  })

  test.each([
    [
      'an interval belongs to the time from its start',
      { dateObserved: '2026-05-31T10:00:00Z/2026-05-31T11:00:00Z' },
      '10:00',
    ],
    [
      'beside its end, dateObserved is the start',
      { dateObserved: '2026-05-31T10:00:00Z', dateObservedTo: '2026-05-31T11:30:00Z' },
      '10:00',
    ],
    ['without an offset it is UTC', { dateObserved: '2026-05-31T11:00:00' }, '11:00'],
    ['with an offset', { dateObserved: '2026-05-31T16:30:00+05:30' }, '11:00'],
    ['TimeInstant of an IoT agent', { dateObserved: undefined, TimeInstant: '2026-05-31T11:00:00.000Z' }, '11:00'],
  ])('%s', (_, times, clock) => {
    expectRead(read(topic, station({ no2: 1, ...times })), 'fiware/urn:ngsi-ld:AirQualityObserved:s1', [
      ['no2', '', 1, '', `2026-05-31T${clock}:00.000Z`],
    ])
  })

  test.each([
    [0.54, undefined, 'a share, as the model has it', '1'],
    [1, undefined, 'all of it', '1'],
    [99.9, undefined, 'above 1 it can only be per cent', '%'],
    [0.9, 'P1', 'what is stated is stated', '%'],
  ])('relativeHumidity %d with unit %s: %s', (value, unitCode, _, unit) => {
    const relativeHumidity = unitCode === undefined ? value : { type: 'Property', value, unitCode }
    expectRead(read(topic, station({ relativeHumidity })), 'fiware/urn:ngsi-ld:AirQualityObserved:s1', [
      ['relative_humidity', '', value, unit, at],
    ])
  })

  test('a notification contains several entities; anything else is reported', () => {
    const data = [station({ no2: 1 }), 7, { id: 'p1', type: 'OffStreetParking', availableSpotNumber: 31 }]
    const decoded = read(topic, { subscriptionId: '51c0ac9ed714fb3b37d7d5a8', data })
    expect(decoded.ok && decoded.samples.map(({ device, property, value }) => [device, property, value])).toEqual([
      ['fiware/urn:ngsi-ld:AirQualityObserved:s1', 'no2', 1],
      ['fiware/p1', 'spaces_available', 31],
    ])
    expect(decoded.ok && decoded.rejected).toMatchObject([{ field: '[1]', reason: 'wrong_shape' }])
  })

  test('the type may be a URI; an unknown type is read by the names of its attributes', () => {
    const type = 'https://uri.fiware.org/ns/data-models#WeatherObserved'
    expectRead(read(topic, { id: 'w', type, windSpeed: 3 }), 'fiware/w', [['wind_speed', '', 3, 'm/s', '']])
    const own = { id: 'urn:ngsi-ld:Greenhouse:1', type: 'Greenhouse', humidity: { type: 'Property', value: 61 } }
    expectRead(read(topic, own), 'fiware/urn:ngsi-ld:Greenhouse:1', [['relative_humidity', '', 61, '%', '']])
  })

  test('instances of one attribute are distinguished by their dataset', () => {
    const pm25 = [
      { type: 'Property', value: 8 },
      { type: 'Property', value: 9, datasetId: 'urn:ngsi-ld:Dataset:laserB' },
    ]
    expectRead(read(topic, station({ pm25 })), 'fiware/urn:ngsi-ld:AirQualityObserved:s1', [
      ['pm2_5', '', 8, '', at],
      ['pm2_5', 'laserB', 9, '', at],
    ])
  })

  test('geo:point text is latitude first (NGSIv2, "Simple Location Format"), GeoJSON longitude first', () => {
    const places = [
      { type: 'geo:point', value: '52.5, 13.4' },
      { type: 'geo:json', value: { type: 'Point', coordinates: [13.4, 52.5] } },
      {
        type: 'GeoProperty',
        value: {
          type: 'LineString',
          coordinates: [
            [0, 1],
            [13.4, 52.5],
            [2, 3],
          ],
        },
      },
    ]
    for (const location of places) {
      const decoded = read(topic, station({ no2: 1, location }))
      expect(decoded.ok && decoded.samples[0]?.location).toEqual([13.4, 52.5])
    }
  })

  test.each(['pedestrian', 'bicycle', 'car'])('intensity counts what flows: %s', (itemType) => {
    const property = { pedestrian: 'pedestrian_count', bicycle: 'bicycle_count', car: 'vehicle_count' }[itemType] ?? ''
    const flow = { id: 'f', type: 'ItemFlowObserved', itemType, intensity: 12 }
    expectRead(read(topic, flow), 'fiware/f', [[property, '', 12, '', '']])
  })

  test('a field the city maps, by type and name', () => {
    const fields = { 'ElectroMagneticObserved.eMF': { property: 'link_quality', unit: '1' } }
    const entity = { id: 'e', type: 'ElectroMagneticObserved', eMF: 3 }
    expectRead(read(topic, entity, { source: { fields } }), 'fiware/e', [['link_quality', '', 3, '1', '']])
  })

  test.each([
    ['not JSON', '{', 'not_json'],
    ['a number', 7, 'wrong_shape'],
    ['a notification without data', { subscriptionId: 'x' }, 'wrong_shape'],
    ['no entity', { a: 1 }, 'wrong_shape'],
    ['an unreadable time', station({ dateObserved: 'yesterday', no2: 1 }), 'bad_time'],
    ['nothing measured', station({}), 'no_measurement'],
    ['a relationship', station({ no2: { type: 'Relationship', object: 'urn:x' } }), 'no_measurement'],
  ])('%s is rejected', (_, payload, reason) => {
    expectRejected(read(topic, payload, { source: { format: 'fiware' } }), reason)
  })
})

const phases = (property: string, prefix: string, values: number[], unit: string, time: string): Row[] =>
  values.map((value, i) => [property, `${prefix}l${i + 1}`, value, unit, time])

/** The same installation, in ACMeasurement and ThreePhaseAcMeasurement. */
const electricity = (time: string): Row[] => [
  ...phases('active_power', '', [11996.416016, 9461.501953, 10242.351562], 'W', time),
  ...phases('reactive_power', '', [-2612.606934, -2209.906006, -3007.81958], 'var', time),
  ...phases('apparent_power', '', [13201.412109, 10755.304688, 11941.094727], 'V.A', time),
  ...phases('power_factor', '', [0.908817, 0.879906, 0.859293], '1', time),
  ...phases('power_factor', 'displacement.', [0.978013, 0.973317, 0.960382], '1', time),
  ...phases('current', '', [56.126038, 45.894356, 50.872452], 'A', time),
  ['current', 'n', 0, 'A', time],
  ...phases('voltage', '', [234.961304, 234.563477, 235.354034], 'V', time),
  ['voltage', 'l12', 406.769196, 'V', time],
  ['voltage', 'l23', 407.081238, 'V', time],
  ['voltage', 'l31', 407.734558, 'V', time],
  ['frequency', '', 50.020672, 'Hz', time],
  ['active_power', '', 31700.269531, 'W', time],
  ['reactive_power', '', -7830.332031, 'var', time],
  ['apparent_power', '', 36019.089844, 'V.A', time],
  ['energy', '', 150781.96448, 'kW.h', time],
  ['energy_export', '', 1059.80176, 'kW.h', time],
]
const unknown = (...fields: string[]): string[] => fields.map((field) => `${field} unknown_property`)
const thd = (name: string): string[] => ['L1', 'L2', 'L3'].map((phase) => `${name}.${phase}`)

describeShared('FIWARE samples', (path) => {
  const ld = (name: string) => read(topic, readFileSync(path('payloads', 'fiware-ngsild', name), 'utf8'))
  const v2 = (name: string) => read(topic, readFileSync(path('payloads', 'fiware-ngsiv2', name), 'utf8'))

  test('ACMeasurement: phases are channels, totals have none; the place stays as it was sent', () => {
    const decoded = ld('ACMeasurement_ld_keyvalues.json')
    expectRead(
      decoded,
      'fiware/urn:ngsi-ld:ACMeasurement:ACMeasurement:MNCA-ACM-001',
      electricity('2020-03-17T08:45:00.000Z'),
      unknown(...thd('thdCurrent'), ...thd('thdVoltage'), 'totalReactiveEnergyExport', 'totalReactiveEnergyImport'),
    )
    // Nice is at 7.2 E, 43.7 N: the sample has them the wrong way round, and that is not ours to guess
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([43.66481, 7.196545])
  })
  test('ThreePhaseAcMeasurement: the same without a time', () => {
    expectRead(
      v2('ThreePhaseAcMeasurement_v2_keyvalues.json'),
      'fiware/ThreePhaseAcMeasurement:LV3_Ventilation',
      electricity(''),
      unknown('totalReactiveEnergyImport', 'totalReactiveEnergyExport', ...thd('thdVoltage'), ...thd('thdCurrent')),
    )
  })
  test('AirQualityObserved, NGSI-LD: GP is mg/m3, GQ is ug/m3; the id without its time', () => {
    const time = '2016-03-15T11:00:00.000Z'
    const decoded = ld('AirQualityObserved_ld_normalized.json')
    expectRead(
      decoded,
      'fiware/urn:ngsi-ld:AirQualityObserved:Madrid-AmbientObserved-28079004',
      [
        ['co', '', 500, 'mg/m3', time],
        ['no', '', 45, 'ug/m3', time],
        ['no2', '', 69, 'ug/m3', time],
        ['nox', '', 139, 'ug/m3', time],
        ['so2', '', 11, 'ug/m3', time],
        ['pm4', '', 37, 'ug/m3', time],
        ['precipitation', '', 0, 'mm', time],
        ['relative_humidity', '', 0.54, '1', time],
        ['temperature', '', 12.2, 'Cel', time],
        ['wind_direction', '', 186, 'deg', time],
        ['wind_speed', '', 0.64, 'm/s', time],
        ['pressure', '', 1.1, 'hPa', time],
      ],
      unknown('tpc', 'tsp', 'charge'),
    )
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([-3.712247222222222, 40.423852777777775])
  })
  test('AirQualityObserved, NGSIv2 key-values', () => {
    const time = '2016-03-15T11:00:00.000Z'
    expectRead(
      v2('AirQualityObserved_v2_keyvalues.json'),
      'fiware/Madrid-AmbientObserved-28079004',
      [
        ['co', '', 500, 'mg/m3', time],
        ['no', '', 45, 'ug/m3', time],
        ['co2', '', 69, '[ppm]', time],
        ['nox', '', 139, 'ug/m3', time],
        ['so2', '', 11, 'ug/m3', time],
        ['pm4', '', 37, 'ug/m3', time],
        ['precipitation', '', 0, 'mm', time],
        ['relative_humidity', '', 0.54, '1', time],
        ['temperature', '', 12.2, 'Cel', time],
        ['wind_direction', '', 176, 'deg', time],
        ['wind_speed', '', 0.64, 'm/s', time],
        ['pressure', '', 1.1, 'hPa', time],
      ],
      unknown('tpc', 'tsp', 'charge'),
    )
  })
  test('BikeHireDockingStation: 15:51:02 at +05:30 is 10:21:02 UTC', () => {
    const time = '2021-03-11T10:21:02.000Z'
    const decoded = ld('BikeHireDockingStation_ld_keyvalues.json')
    expectRead(decoded, 'fiware/urn:ngsi-ld:Bcn-BikeHireDockingStation-1', [
      ['bikes_available', '', 20, '', time],
      ['docks_available', '', 10, '', time],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([2.180042, 41.397952])
  })
  test('ElectroMagneticObserved: field strength is not a property yet', () => {
    expectRejected(ld('ElectroMagneticObserved_ld_normalized.json'), 'unknown_property', 'eMF')
  })
  test('ItemFlowObserved: yachts are not counted among the vehicles, their speed is in knots', () => {
    const time = '2020-03-20T16:30:00.000Z'
    expectRead(
      ld('ItemFlowObserved_ld_normalized.json'),
      'fiware/FlowObserved:BFO-NCE-MNCA-SP-001',
      [
        ['speed', '1', 2.7, '[kn_i]', time],
        ['occupancy', '1', 0.1562, '1', time],
      ],
      unknown('averageGapDistance', 'averageHeadwayTime', 'averageLength', 'intensity', 'maxSpeed', 'minSpeed'),
    )
  })
  test('NoiseLevelObserved: the hour from 11 to 12', () => {
    const time = '2016-12-28T11:00:00.000Z'
    expectRead(
      ld('NoiseLevelObserved_ld_keyvalues.json'),
      'fiware/urn:ngsi-ld:NoiseLevelObserved:Vitoria-NoiseLevelObserved',
      [
        ['sound_level', '', 67.8, '', time],
        ['sound_level_max', '', 94.5, '', time],
      ],
      unknown('LAS', 'LAeq_d'),
    )
  })
  test('EVChargingStation: power without a unit that the model would settle', () => {
    expectRejected(v2('EVChargingStation_v2_normalized.json'), 'unknown_property', 'powerConsumption')
  })
  test('TrafficFlowObserved: five minutes of lane 1, on the middle of the stretch', () => {
    const time = '2016-12-07T11:10:00.000Z'
    const decoded = v2('TrafficFlowObserved_v2_keyvalues.json')
    expectRead(
      decoded,
      'fiware/TrafficFlowObserved-Valladolid-osm-60821110',
      [
        ['vehicle_count', '1', 197, '', time],
        ['occupancy', '1', 0.76, '1', time],
        ['speed', '1', 52.6, 'km/h', time],
      ],
      unknown('averageHeadwayTime', 'averageVehicleLength'),
    )
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([-4.73414858659993, 41.6600594193478])
  })
  test('WaterObserved: levels in metres; a flow without unit is rejected', () => {
    const time = '2020-03-17T08:45:00.209Z'
    expectRead(
      v2('WaterObserved_v2_normalized.json'),
      'fiware/WaterObserved:MNCA-001',
      [
        ['water_level', '', 2.4, 'm', time],
        ['water_level', 'height', 3.52, 'm', time],
      ],
      [
        'flow unknown_unit',
        ...unknown('objectArea', 'objectHeightAverage', 'objectHeightMax', 'objectVolume', 'waterDischarge'),
      ],
    )
  })
})
