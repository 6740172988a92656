import type { Base } from '../../helpers/fields.ts'
import { readFields } from '../../helpers/free-form.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownString } from '../../helpers/json.ts'
import { readStatedOrEpoch } from '../../helpers/local-time.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * rtl_433: radio sensors at 433 and 868 MHz, one event as a JSON object (`rtl_433 -F mqtt`, topic `rtl_433/<host>/events`).
 * Source: triq.org/rtl_433/DATA_FORMAT.html.
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
  co2_ppm: { property: 'co2', unit: '[ppm]' },
  power_W: { property: 'active_power', unit: 'W' },
  energy_kWh: { property: 'energy', unit: 'kW.h' },
  current_A: { property: 'current', unit: 'A' },
  voltage_V: { property: 'voltage', unit: 'V' },
  battery_mV: { property: 'battery_voltage', unit: 'mV' },
  rssi: RSSI,
}
const OF_THE_MESSAGE: ReadonlySet<string> = new Set(
  'id channel subtype battery_ok mic protocol duration mod freq freq1 freq2 snr noise flags button msg_type sequence_num code unit time'.split(
    ' ',
  ),
)

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
  readFields(json, {
    ...{ source: input.source, base, out },
    own: (key) => (OF_THE_MESSAGE.has(key) ? null : Object.hasOwn(RADIO, key) ? RADIO[key] : undefined),
  })
  if (out.samples.every(({ property }) => property === 'rssi') && out.rejected.length === 0)
    return reject('no_measurement', `no measurement among ${clip(Object.keys(json).join(', '))}`)
  return out.finish(`no measurement among ${clip(Object.keys(json).join(', '))}`)
}
