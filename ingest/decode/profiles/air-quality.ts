import { isObject, own, ownString } from '../helpers/json.ts'
import { profile } from './profile.ts'

/** The two particle sensors of an Open Air, whose means are outside; `Standard` is the mass for a standard particle. */
const airgradientParts = Object.fromEntries(
  ['1', '2'].flatMap((channel) =>
    Object.entries({
      pm01: { property: 'pm1', unit: 'ug/m3' },
      pm02: { property: 'pm2_5', unit: 'ug/m3' },
      pm10: { property: 'pm10', unit: 'ug/m3' },
      atmp: { property: 'temperature', unit: 'Cel' },
      rhum: { property: 'relative_humidity', unit: '%' },
    }).map(([name, field]) => [`channels.${channel}.${name}`, { ...field, channel }]),
  ),
)

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
        pm01Standard: { property: 'pm1', unit: 'ug/m3', channel: 'standard' },
        pm02Standard: { property: 'pm2_5', unit: 'ug/m3', channel: 'standard' },
        pm10Standard: { property: 'pm10', unit: 'ug/m3', channel: 'standard' },
        ...airgradientParts,
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
  // numbers of particles
  others: (keys) => ({ meaning: /^pm\d+Count$/.test(keys.at(-1) ?? '') ? 'housekeeping' : undefined }),
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

/** The readings that a kit publishes itself have its token in the topic, and are not read. */
const kit = (property: string) => ({ property, channelPath: 'name' })
/** Numbers about the kit, its owner and its parts, and earlier and uncalibrated values. */
const OF_THE_KIT =
  /^(id|ancestry|(prev_)?raw_value|prev_value|measurement|measurement_id|location|owner|kit|hardware|postprocessing)$/
const smartCitizen = profile({
  name: 'smart-citizen',
  source: 'developer.smartcitizen.me, Devices (GET /v0/devices/{id})',
  claims: ({ json }) => {
    const data = isObject(json) && Object.hasOwn(json, 'last_reading_at') ? own(json, 'data') : undefined
    return isObject(data) && Array.isArray(own(data, 'sensors'))
  },
  mappings: [
    {
      records: 'data.sensors[*]',
      device: { path: '$.id' },
      time: { path: 'last_reading_at', optional: true },
      location: { lon: 'location.longitude', lat: 'location.latitude' },
      long: {
        name: 'measurement.name',
        value: 'value',
        unit: 'unit',
        names: {
          'Air Temperature': kit('temperature'),
          'Relative Humidity': kit('relative_humidity'),
          'Barometric Pressure': kit('pressure'),
          'Noise Level': kit('sound_level'),
          Light: kit('illuminance'),
          'PM 1': kit('pm1'),
          'PM 2.5': kit('pm2_5'),
          'PM 10': kit('pm10'),
          battery: kit('battery_level'),
        },
      },
    },
  ],
  others: (keys) => ({ meaning: keys.some((key) => OF_THE_KIT.test(key)) ? 'housekeeping' : undefined }),
})

export const AIR_QUALITY = [airgradient, openaq, openSenseMap, smartCitizen]
