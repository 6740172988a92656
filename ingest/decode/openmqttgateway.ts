import { addReading, type Base, mappingOf } from './fields.ts'
import { clip, notJson } from './input.ts'
import { isObject, own, ownString } from './json.ts'
import { Collector, reject } from './result.ts'
import type { Meaning } from './synonyms.ts'
import type { Decoded, Format, Input } from './types.ts'

/**
 * OpenMQTTGateway, Bluetooth sensors: `.../BTtoMQTT/<MAC>` as its Theengs decoder names the values. A gateway hears
 * every telephone that passes: only devices it recognises as sensors (`model_id`) are read, all others are dropped.
 * Source: docs.openmqttgateway.com/use/ble.html, decoder.theengs.io/devices.
 */
export const openMqttGateway: Format = {
  name: 'openmqttgateway',
  claims: ({ levels }) => levels.at(-2) === 'BTtoMQTT',
  decode,
}

/** Temperatures come twice, in Celsius and Fahrenheit. */
const FIELDS: Readonly<Record<string, Meaning>> = {
  tempc: { property: 'temperature', unit: 'Cel' },
  hum: { property: 'relative_humidity', unit: '%' },
  pres: { property: 'pressure', unit: 'hPa' },
  lux: { property: 'illuminance', unit: 'lx' },
  moi: { property: 'soil_moisture', unit: '%' },
  co2: { property: 'co2', unit: '[ppm]' },
  pm25: { property: 'pm2_5', unit: 'ug/m3' },
  pm10: { property: 'pm10', unit: 'ug/m3' },
  power: { property: 'active_power', unit: 'W' },
  current: { property: 'current', unit: 'A' },
  energy: { property: 'energy', unit: 'kW.h' },
  batt: { property: 'battery_level', unit: '%' },
  volt: { property: 'battery_voltage', unit: 'V' },
}

function decode(input: Input): Decoded {
  const { json, levels, source } = input
  if (json === undefined) return reject('not_json', notJson(input))
  if (!isObject(json)) return reject('wrong_shape', 'an object was expected')
  if (ownString(json, 'model_id') === undefined || own(json, 'track') === true || own(json, 'mac_type') === 1)
    return reject('personal_data', 'a device that is no known sensor, perhaps that of a passer-by')
  const id = (ownString(json, 'id') ?? levels.at(-1) ?? '').replaceAll(':', '').toUpperCase()
  if (!/^[0-9A-F]{12}$/.test(id)) return reject('wrong_shape', 'neither topic nor payload name the device')
  const out = new Collector()
  const base: Base = { device: `openmqttgateway/${id}` }
  for (const key of Object.keys(json)) {
    const meaning = mappingOf(source, key, key, base.device) ?? (Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined)
    if (meaning && typeof json[key] !== 'boolean') addReading(out, base, meaning, json[key], clip(key))
  }
  if (out.samples.length > 0 && own(json, 'rssi') !== undefined)
    addReading(out, base, { property: 'rssi', unit: 'dB{mW}' }, own(json, 'rssi'), 'rssi')
  return out.finish(`no measurement among ${clip(Object.keys(json).join(', '))}`)
}
