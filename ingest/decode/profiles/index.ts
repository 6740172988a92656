import { isObject, own, ownString } from '../helpers/json.ts'
import type { Format } from '../helpers/types.ts'
import { profile } from './profile.ts'

const airgradient = profile({
  name: 'airgradient',
  source: 'github.com/airgradienthq/arduino, docs/local-server.md',
  claims: ({ json }) =>
    isObject(json) &&
    typeof own(json, 'serialno') === 'string' &&
    ['rco2', 'pm02', 'atmp'].some((key) => own(json, key) !== undefined),
  mappings: [
    {
      device: { path: 'serialno' },
      fields: {
        rco2: { property: 'co2', unit: '[ppm]' },
        pm01: { property: 'pm1', unit: 'ug/m3' },
        pm02: { property: 'pm2_5', unit: 'ug/m3' },
        pm02Compensated: { property: 'pm2_5', unit: 'ug/m3', channel: 'compensated' },
        pm10: { property: 'pm10', unit: 'ug/m3' },
        atmp: { property: 'temperature', unit: 'Cel' },
        atmpCompensated: { property: 'temperature', unit: 'Cel', channel: 'compensated' },
        rhum: { property: 'relative_humidity', unit: '%' },
        rhumCompensated: { property: 'relative_humidity', unit: '%', channel: 'compensated' },
        tvocIndex: { property: 'voc_index' },
        noxIndex: { property: 'nox_index' },
        wifi: { property: 'rssi', unit: 'dBm' },
        serialno: null,
        pm003Count: null,
        tvoc_raw: null,
        tvocRaw: null,
        nox_raw: null,
        noxRaw: null,
        boot: null,
        bootCount: null,
      },
    },
  ],
})

const meter = (media: string, fields: NonNullable<Parameters<typeof profile>[0]['mappings'][number]['fields']>) => ({
  only: { media },
  device: { path: 'id' },
  time: { path: 'timestamp', optional: true },
  fields,
})
const WATER = {
  total_m3: { property: 'water_volume', unit: 'm3' },
  current_flow_m3h: { property: 'water_flow', unit: 'm3/h' },
}
const HEAT = {
  total_energy_consumption_kwh: { property: 'thermal_energy', unit: 'kWh' },
  total_energy_kwh: { property: 'thermal_energy', unit: 'kWh' },
}

const wmbusmeters = profile({
  name: 'wmbusmeters',
  source: 'github.com/wmbusmeters/wmbusmeters, README',
  claims: ({ json }) => isObject(json) && ['media', 'meter', 'id', 'timestamp'].every((key) => ownString(json, key)),
  mappings: [
    ...['water', 'cold water', 'warm water'].map((media) => meter(media, WATER)),
    ...['heat', 'heating', 'heat volume at flow temperature'].map((media) => meter(media, HEAT)),
    meter('gas', { total_m3: { property: 'gas_volume', unit: 'm3' } }),
    meter('electricity', {
      total_energy_consumption_kwh: { property: 'energy', unit: 'kWh' },
      total_energy_production_kwh: { property: 'energy_export', unit: 'kWh' },
      current_power_consumption_kw: { property: 'active_power', unit: 'kW' },
    }),
  ],
})

const openaq = profile({
  name: 'openaq',
  source: 'docs.openaq.org, Sensors (GET /v3/locations/{id}/sensors)',
  claims: ({ json }) =>
    isObject(json) && isObject(own(json, 'meta')) && ownString(own(json, 'meta') as never, 'name') === 'openaq-api',
  mappings: [
    {
      records: 'results[*]',
      device: { path: 'id' },
      time: { path: 'latest.datetime.utc', optional: true },
      location: { lon: 'latest.coordinates.longitude', lat: 'latest.coordinates.latitude' },
      fields: { coverage: null, summary: null, 'parameter.id': null, '$.meta': null },
      long: {
        name: 'parameter.name',
        value: 'latest.value',
        unit: 'parameter.units',
        names: {
          pm1: { property: 'pm1' },
          pm25: { property: 'pm2_5' },
          pm4: { property: 'pm4' },
          pm10: { property: 'pm10' },
          no2: { property: 'no2' },
          no: { property: 'no' },
          nox: { property: 'nox' },
          o3: { property: 'o3' },
          so2: { property: 'so2' },
          co: { property: 'co' },
          temperature: { property: 'temperature' },
          relativehumidity: { property: 'relative_humidity' },
          um003: null,
        },
      },
    },
  ],
})

const telraam = profile({
  name: 'telraam',
  source: 'telraam-api.net; cran.r-project.org/package=telraamStats, data set "traffic"',
  claims: ({ json }) => {
    const report = isObject(json) ? own(json, 'report') : undefined
    const first: unknown = Array.isArray(report) ? report[0] : undefined
    return (
      isObject(first) &&
      ['segment_id', 'instance_id', 'pedestrian', 'bike', 'car'].every((key) => Object.hasOwn(first, key))
    )
  },
  mappings: [
    {
      records: 'report[*]',
      only: { interval: 'hourly' },
      // -1 stands for "asked by camera" or "asked by segment"
      device: [{ path: 'segment_id' }, { path: 'instance_id' }],
      time: { path: 'date' },
      fields: {
        pedestrian: { property: 'pedestrian_count' },
        bike: { property: 'bicycle_count' },
        car: { property: 'vehicle_count', channel: 'car' },
        heavy: { property: 'vehicle_count', channel: 'heavy' },
        ...Object.fromEntries(
          ['pedestrian', 'bike', 'car', 'heavy'].flatMap((kind) => [
            [`${kind}_lft`, null],
            [`${kind}_rgt`, null],
          ]),
        ),
        uptime: null,
        direction: null,
        car_speed_hist_0to70plus: null,
        car_speed_hist_0to120plus: null,
        car_speed_histogram: null,
      },
    },
  ],
})

const sensemap = (property: string, unit?: string) => ({
  property,
  ...(unit && { unit }),
  channelPath: 'sensorType',
})
const openSenseMap = profile({
  name: 'opensensemap',
  source: 'docs.opensensemap.org, Boxes (GET /boxes/{id})',
  claims: ({ json }) =>
    isObject(json) &&
    Array.isArray(own(json, 'sensors')) &&
    ['_id', 'exposure', 'currentLocation'].every((key) => Object.hasOwn(json, key)),
  mappings: [
    {
      records: 'sensors[*]',
      device: { path: '$._id' },
      time: { path: 'lastMeasurement.createdAt', optional: true },
      location: { path: '$.currentLocation', order: 'lon,lat' },
      fields: { '$.loc': null },
      long: {
        name: 'title',
        value: 'lastMeasurement.value',
        unit: 'unit',
        names: {
          Temperatur: sensemap('temperature'),
          Temperature: sensemap('temperature'),
          'rel. Luftfeuchte': sensemap('relative_humidity'),
          Luftfeuchte: sensemap('relative_humidity'),
          Humidity: sensemap('relative_humidity'),
          Luftdruck: sensemap('pressure'),
          'Air pressure': sensemap('pressure'),
          PM1: sensemap('pm1'),
          'PM2.5': sensemap('pm2_5'),
          PM10: sensemap('pm10'),
          Beleuchtungsstärke: sensemap('illuminance'),
          Illuminance: sensemap('illuminance'),
        },
      },
    },
  ],
})

/** Known systems whose payloads are described like any other. */
export const PROFILES: readonly Format[] = [airgradient, wmbusmeters, openaq, telraam, openSenseMap]
