import type { Base } from '../../helpers/fields.ts'
import { type Own, readFields } from '../../helpers/free-form.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownString } from '../../helpers/json.ts'
import { readStatedOrEpoch } from '../../helpers/local-time.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { isOfTheAir } from '../../names/context.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * rtl_433: radio sensors at 433 and 868 MHz, one event as a JSON object (`rtl_433 -F mqtt`, topic `rtl_433/<host>/events`).
 * Sources: triq.org/rtl_433/DATA_FORMAT.html; github.com/merbanan/rtl_433, src/devices.
 */
export const rtl433: Format = {
  name: 'rtl-433',
  claims: ({ json, levels }) =>
    isObject(json) &&
    ownString(json, 'model') !== undefined &&
    (levels[0] === 'rtl_433' ||
      // names with their unit, which nobody else sends beside a model and an id
      (own(json, 'id') !== undefined &&
        Object.keys(json).some((key) => /_[A-Za-z]/.test(key) && Object.hasOwn(RADIO, key)))),
  decode: (input) => {
    if (input.json === undefined) return reject('not_json', notJson(input))
    return isObject(input.json)
      ? readRadio(input.json, 'rtl-433', input)
      : reject('wrong_shape', 'an event is an object')
  },
}

export const RSSI: Meaning = { property: 'rssi', unit: 'dB{mW}' }

/** Names contain their unit. Fields about the signal and the message itself are ignored. */
const RADIO: Readonly<Record<string, Meaning>> = {
  temperature_C: { property: 'temperature', unit: 'Cel' },
  temperature_F: { property: 'temperature', unit: '[degF]' },
  humidity: { property: 'relative_humidity', unit: '%' },
  moisture: { property: 'soil_moisture', unit: '%' },
  pressure_hPa: { property: 'pressure', unit: 'hPa' },
  wind_avg_km_h: { property: 'wind_speed', unit: 'km/h' },
  wind_avg_m_s: { property: 'wind_speed', unit: 'm/s' },
  wind_avg_mi_h: { property: 'wind_speed', unit: '[mi_i]/h' },
  wind_dir_deg: { property: 'wind_direction', unit: 'deg' },
  // running total of the tipping bucket; rtl_433 computes no differences
  rain_mm: { property: 'precipitation_total', unit: 'mm' },
  rain_in: { property: 'precipitation_total', unit: '[in_i]' },
  light_lux: { property: 'illuminance', unit: 'lx' },
  pm2_5_ug_m3: { property: 'pm2_5', unit: 'ug/m3' },
  pm10_ug_m3: { property: 'pm10', unit: 'ug/m3' },
  light_klx: { property: 'illuminance', unit: 'klx' },
  co2_ppm: { property: 'co2', unit: '[ppm]' },
  power_W: { property: 'active_power', unit: 'W' },
  energy_kWh: { property: 'energy', unit: 'kW.h' },
  current_A: { property: 'current', unit: 'A' },
  voltage_V: { property: 'voltage', unit: 'V' },
  battery_mV: { property: 'battery_voltage', unit: 'mV' },
  rssi: RSSI,
}
const OF_THE_MESSAGE: ReadonlySet<string> = new Set(
  'id channel subtype sensor_type battery_ok mic protocol duration mod freq freq1 freq2 snr noise flags button msg_type sequence_num code unit time'.split(
    ' ',
  ),
)

/** Sent by thermometers of the air only. */
const OF_WEATHER = /^(humidity|wind_|rain_|pressure_hPa|light_|uv|co2_ppm|pm\d)/
/** Probes in the soil, a tank, a pool or food, and thermostats, some of which send a humidity too. */
const ELSEWHERE = /^(moisture|depth_|conductivity|setpoint_)/
const NOT_OF_THE_AIR = /soil|water|pool|spa\b|sauna|oil|tank|meat|grill|bbq|fridge|freezer|refrigerator/i
/**
 * Models that send a temperature alone, and that of the air (their files in src/devices of rtl_433). Oil tanks, meat and pool
 * thermometers, refrigerators and thermostats send a temperature alone as well.
 */
const AIR_THERMOMETER = new RegExp(
  `^(${[
    'Acurite-(590TX|606TX|609TXC|Tower|3n1|5n1|Atlas)',
    'AlectoV1-Temperature|Alecto-|AmbientWeather-|Atech-WS308|Auriol-(AFT77B2|HG04641A)|Conrad-S3318P|ELV-WS',
    'Ecowitt-WH53|EMOS-|Emos-TTX201|Eurochron-|FT-004B|Fineoffset-(TelldusProove|WH2A?|WH5|WH25)$|Generic-Temperature',
    'Hideki-(TS04|Temperature)|Hyundai-WS|LaCrosse-(TX|WS|TH)|Lacrosse-WS|Nexus-TH?$|Oregon-(v1|TH[NRG]|RTH|RTG|BTHR)',
    'Philips-(Temperature|AJ7010)|Prologue-TH|RF-tech|Rubicson-Temperature|Solight-TE44|TFA-(303|Twin)|Thermor-',
    'Thermo[Pp]ro-(TX|TP211B)|WallarGe-|WG-PB12V1',
  ].join('|')})`,
)

/**
 * Whether the temperature of an event is that of the air. The sensors of Bresser say what they are: 3 a pool thermometer, 4 a probe
 * in the soil.
 */
function isAirSensor(model: string, json: JsonObject): boolean {
  const keys = Object.keys(json)
  if (NOT_OF_THE_AIR.test(model) || keys.some((key) => ELSEWHERE.test(key))) return false
  const type = own(json, 'sensor_type')
  if (model.startsWith('Bresser-') && (type === 3 || type === 4)) return false
  return AIR_THERMOMETER.test(model) || keys.some((key) => OF_WEATHER.test(key))
}

/** A numbered temperature is that of a probe, whose place nobody knows. */
function meaningIn(key: string, isAir: boolean): Own {
  if (OF_THE_MESSAGE.has(key)) return null
  const meaning = Object.hasOwn(RADIO, key) ? RADIO[key] : undefined
  if (meaning) return isOfTheAir(meaning.property) && !isAir ? 'uncertain' : meaning
  return key.startsWith('temperature') ? 'uncertain' : undefined
}

/** A sensor is named by its model and number, which many change with new batteries. */
export function readRadio(json: JsonObject, format: string, input: Input): Decoded {
  const model = ownString(json, 'model') ?? ''
  const number = own(json, 'id')
  if (ownString(json, 'type') === 'TPMS' || /tpms|tyre|tire|keyfob|car.?key|remote/i.test(model))
    return reject('personal_data', 'sensor of a vehicle, or carried by a person')
  if (model === '' || (typeof number !== 'number' && typeof number !== 'string'))
    return reject('wrong_shape', 'neither model nor id name the sensor')
  const out = new Collector()
  const base: Base = { device: `${format}/${model}.${number}` }
  const stamp = own(json, 'time')
  if (stamp !== undefined) {
    // seconds since the start of a recording (`-r`) begin with @
    const time = readStatedOrEpoch(stamp, input)
    if (!time) return reject('bad_time', `time: ${show(stamp)} is not a time`)
    Object.assign(base, time)
  }
  const isAir = isAirSensor(model, json)
  readFields(json, { ...{ source: input.source, base, out }, own: (key) => meaningIn(key, isAir) })
  if (out.samples.every(({ property }) => property === 'rssi') && out.rejected.length === 0)
    return reject('no_measurement', `no measurement among ${clip(Object.keys(json).join(', '))}`)
  return out.finish(`no measurement among ${clip(Object.keys(json).join(', '))}`)
}
