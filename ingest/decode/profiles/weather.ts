import { REASONS } from '#model/observation/quality.ts'
import { isNumeric } from '../helpers/fields.ts'
import { isObject, own } from '../helpers/json.ts'
import { type ProfileMapping, profile } from './profile.ts'

type Fields = NonNullable<ProfileMapping['fields']>
const none = (names: string): Fields => Object.fromEntries(names.split(/\s+/).map((name) => [name, null]))
const numbered = (count: number, fields: (channel: string) => Fields): Fields =>
  Object.assign({}, ...Array.from({ length: count }, (_, at) => fields(String(at + 1))))

/**
 * Consoles and gateways send a form, over MQTT since 2023. What the console measures in its room, amounts that restart with
 * their period, and pressure reduced to the level of the sea are left out; `totalrainin` is the running total of the gauge.
 */
const ecowitt = profile({
  name: 'ecowitt',
  source:
    'doc.ecowitt.net, "Customized upload, Ecowitt protocol"; github.com/meteoclimatic/API_V3/wiki, "Caso especial con protocolo Ecowitt"',
  claims: ({ json, text }) => json === undefined && /(^|&)stationtype=/.test(text) && /(^|&)dateutc=/.test(text),
  mappings: [
    {
      encoding: 'form',
      device: { level: 1, to: -1 },
      time: { path: 'dateutc', timeZone: 'UTC' },
      fields: {
        tempf: { property: 'temperature', unit: 'degF' },
        humidity: { property: 'relative_humidity', unit: '%' },
        baromabsin: { property: 'pressure', unit: 'inHg' },
        windspeedmph: { property: 'wind_speed', unit: 'mph' },
        winddir: { property: 'wind_direction', unit: 'deg' },
        solarradiation: { property: 'solar_irradiance', unit: 'W/m2' },
        totalrainin: { property: 'precipitation_total', unit: '[in_i]' },
        // a piezoelectric gauge has no other total; it restarts with the year, as a meter that is replaced
        yrain_piezo: { property: 'precipitation_total', unit: '[in_i]', channel: 'piezo' },
        co2: { property: 'co2', unit: '[ppm]' },
        pm25_co2: { property: 'pm2_5', unit: 'ug/m3', channel: 'co2' },
        pm10_co2: { property: 'pm10', unit: 'ug/m3', channel: 'co2' },
        ...numbered(8, (channel) => ({
          [`temp${channel}f`]: { property: 'temperature', unit: 'degF', channel },
          [`humidity${channel}`]: { property: 'relative_humidity', unit: '%', channel },
        })),
        ...numbered(16, (channel) => ({
          [`soilmoisture${channel}`]: { property: 'soil_moisture', unit: '%', channel },
        })),
        ...numbered(4, (channel) => ({
          [`pm25_ch${channel}`]: { property: 'pm2_5', unit: 'ug/m3', channel },
          [`pm25_avg_24h_ch${channel}`]: null,
        })),
        ...none(
          'tempinf humidityin baromrelin rainratein eventrainin hourlyrainin dailyrainin weeklyrainin monthlyrainin',
        ),
        ...none('yearlyrainin last24hrainin rrain_piezo erain_piezo hrain_piezo drain_piezo wrain_piezo mrain_piezo'),
        ...none('last24hrain_piezo winddir_avg10m co2_24h pm25_24h_co2 pm10_24h_co2 runtime interval heap PASSKEY'),
      },
    },
  ],
  others: (keys) => ({
    meaning: /batt\d*$|_sig$|_rssi$|^ws90cap/.test(keys.at(-1) ?? '') ? 'housekeeping' : undefined,
  }),
})

const unitsOf = (name: string, property: string, units: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(Object.entries(units).map(([label, unit]) => [`${name}_${label}`, { property, unit }]))
const DEGREES = { C: 'Cel', F: 'degF', K: 'K' }
const SPEEDS = { kph: 'km/h', mps: 'm/s', mph: 'mph', knot: 'kn' }
const PRESSURES = { mbar: 'mbar', hPa: 'hPa', inHg: 'inHg', mmHg: 'mmHg' }
const DEPTHS = { cm: 'cm', mm: 'mm', in: '[in_i]' }
const WEEWX: Fields = {
  ...unitsOf('outTemp', 'temperature', DEGREES),
  ...unitsOf('dewpoint', 'dew_point', DEGREES),
  ...unitsOf('pressure', 'pressure', PRESSURES),
  ...unitsOf('windSpeed', 'wind_speed', SPEEDS),
  ...unitsOf('rain', 'precipitation', DEPTHS),
  ...unitsOf('radiation', 'solar_irradiance', { Wpm2: 'W/m2' }),
  outHumidity: { property: 'relative_humidity', unit: '%' },
  windDir: { property: 'wind_direction', unit: 'deg' },
  ...numbered(4, (channel) =>
    Object.fromEntries(
      Object.entries(DEGREES).map(([label, unit]) => [
        `soilTemp${channel}_${label}`,
        { property: 'soil_temperature', unit, channel },
      ]),
    ),
  ),
  // of the room, reduced to the level of the sea, and what is computed from the others
  ...none(
    'inTemp_C inTemp_F inTemp_K inHumidity inDewpoint_C inDewpoint_F barometer_mbar barometer_hPa barometer_inHg',
  ),
  ...none('barometer_mmHg altimeter_mbar altimeter_hPa altimeter_inHg altimeter_mmHg usUnits interval'),
}
/** Names without their unit (`append_units_label = false`) are in the system that the message names: weewx.com/docs, "Units". */
const SYSTEMS: Readonly<Record<string, Readonly<Record<'degree' | 'pressure' | 'speed' | 'rain', string>>>> = {
  1: { degree: 'degF', pressure: 'inHg', speed: 'mph', rain: '[in_i]' },
  16: { degree: 'Cel', pressure: 'mbar', speed: 'km/h', rain: 'cm' },
  17: { degree: 'Cel', pressure: 'mbar', speed: 'm/s', rain: 'mm' },
}
/** `usUnits` of a single value, whose topic names no system. */
const NO_SYSTEM = 'none'
const systemFields = ({ degree, pressure, speed, rain }: (typeof SYSTEMS)[string]): Fields => ({
  outTemp: { property: 'temperature', unit: degree },
  dewpoint: { property: 'dew_point', unit: degree },
  pressure: { property: 'pressure', unit: pressure },
  windSpeed: { property: 'wind_speed', unit: speed },
  rain: { property: 'precipitation', unit: rain },
  radiation: { property: 'solar_irradiance', unit: 'W/m2' },
  ...numbered(4, (channel) => ({ [`soilTemp${channel}`]: { property: 'soil_temperature', unit: degree, channel } })),
  ...none('inTemp inDewpoint barometer altimeter'),
})
const weewxMapping = (system: string, fields: Fields): ProfileMapping => ({
  only: { usUnits: system },
  device: { level: 1, to: -2 },
  time: { path: 'dateTime', format: 'unix', optional: true },
  fields: { ...WEEWX, ...fields },
})
/** The system is sent as a number or as text, `17`, `17.0` or `"17.0"`. */
function inSystem(message: unknown): unknown {
  if (!isObject(message)) return message
  const { usUnits } = message
  const system = isNumeric(usUnits) ? String(Number(usUnits)) : ''
  return { ...message, usUnits: Object.hasOwn(SYSTEMS, system) ? system : NO_SYSTEM }
}
/** Names have their unit at the end (`append_units_label`, as installed), else the message says in which system they are. */
const weewx = profile({
  name: 'weewx',
  source: 'github.com/matthewwall/weewx-mqtt, bin/user/mqtt.py; weewx.com/docs, "Units"',
  claims: ({ json, levels, text }) =>
    isObject(json)
      ? Object.hasOwn(json, 'dateTime') && Object.hasOwn(json, 'usUnits')
      : levels.length > 1 && Object.hasOwn(WEEWX, levels.at(-1) ?? '') && /^\s*-?\d+(\.\d+)?\s*$/.test(text),
  // one observation per topic is an object with one field
  roots: ({ json, levels, text }) =>
    typeof json === 'object'
      ? [json].flat().map(inSystem)
      : [{ [levels.at(-1) ?? '']: text.trim(), usUnits: NO_SYSTEM }],
  every: true,
  mappings: [
    ...Object.entries(SYSTEMS).map(([system, units]) => weewxMapping(system, systemFields(units))),
    weewxMapping(NO_SYSTEM, {}),
  ],
})

/** Hours of a model, of which those to come are no observations; sums and means are of the time before them. */
const hour = (property: string, unit: string, seconds?: number) => ({ property, unit, ...(seconds && { seconds }) })
const modelled = (period: string, seconds: number): Fields =>
  Object.fromEntries(
    Object.entries({
      temperature_2m: hour('temperature', 'Cel'),
      relative_humidity_2m: hour('relative_humidity', '%'),
      dew_point_2m: hour('dew_point', 'Cel'),
      surface_pressure: hour('pressure', 'hPa'),
      wind_speed_10m: hour('wind_speed', 'km/h'),
      wind_direction_10m: hour('wind_direction', 'deg'),
      precipitation: hour('precipitation', 'mm', seconds),
      shortwave_radiation: hour('solar_irradiance', 'W/m2', seconds),
      pm10: hour('pm10', 'ug/m3'),
      pm2_5: hour('pm2_5', 'ug/m3'),
      carbon_monoxide: hour('co', 'ug/m3'),
      nitrogen_dioxide: hour('no2', 'ug/m3'),
      sulphur_dioxide: hour('so2', 'ug/m3'),
      ozone: hour('o3', 'ug/m3'),
      ammonia: hour('nh3', 'ug/m3'),
    }).map(([name, field]) => [name, { ...field, unitPath: `$.${period}_units.${name}` }]),
  )
const openMeteoPart = (
  period: string,
  other: string,
  seconds: number,
  more: Partial<ProfileMapping>,
): ProfileMapping => ({
  device: [{ path: '$.latitude' }, { path: '$.longitude' }],
  time: { path: 'time', timeZone: 'UTC', timeZonePath: '$.timezone', forecast: true },
  location: { lon: '$.longitude', lat: '$.latitude' },
  fields: {
    ...modelled(period, seconds),
    ...{ pressure_msl: null, interval: null, [`$.${other}`]: null, '$.daily': null },
    ...{ '$.elevation': null, '$.generationtime_ms': null, '$.utc_offset_seconds': null },
  },
  ...more,
})
const openMeteo = profile({
  name: 'open-meteo',
  source: 'open-meteo.com/en/docs, "JSON Return Object" (forecast, archive and air quality)',
  claims: ({ json }) => {
    const first: unknown = Array.isArray(json) ? json[0] : json
    return (
      isObject(first) && ['latitude', 'longitude', 'generationtime_ms'].every((key) => own(first, key) !== undefined)
    )
  },
  flags: REASONS.device_simulates,
  every: true,
  mappings: [
    openMeteoPart('hourly', 'current', 3600, { columns: 'hourly', records: 'hourly[*]' }),
    openMeteoPart('current', 'hourly', 900, { records: 'current' }),
  ],
})

export const WEATHER = [ecowitt, weewx, openMeteo]
