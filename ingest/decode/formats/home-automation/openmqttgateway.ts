import { addReading, type Base, mappingOf, unmapped } from '../../helpers/fields.ts'
import { readFields } from '../../helpers/free-form.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { RSSI, readRadio } from './rtl-433.ts'

/**
 * OpenMQTTGateway, by the level of the topic that ends in `toMQTT`: Bluetooth sensors (BT), radio sensors at 433 MHz
 * (RTL_433), and those wired to the gateway itself (CLIMA, LUX, OneWire, INA226, ADC); `<gateway>/LWT` is its
 * availability. A gateway receives every passing telephone and tyre sensor: only Bluetooth devices that it recognises as
 * sensors (`model_id`) are read, and no radio sensors of vehicles.
 * Source: docs.openmqttgateway.com/use, decoder.theengs.io/devices.
 */
export const openMqttGateway: Format = {
  name: 'openmqttgateway',
  claims: ({ levels }) => levels.some((level) => HEARD.test(level)),
  decode,
}

const HEARD = /^[A-Za-z0-9_]+toMQTT$/
const WIRED = new Set(['CLIMAtoMQTT', 'LUXtoMQTT', 'OneWiretoMQTT', 'INA226toMQTT', 'ADCtoMQTT'])

/** Temperatures are sent twice, in Celsius and Fahrenheit. */
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
  const { json, levels, text } = input
  const at = levels.findIndex((level) => HEARD.test(level))
  const gateway = levels.slice(0, at).join('/')
  const kind = levels[at] ?? ''
  if (levels.at(-1) === 'LWT' && at === -1) return readPresence(levels.slice(0, -1).join('/'), text.trim())
  if (kind !== 'BTtoMQTT' && kind !== 'RTL_433toMQTT' && !WIRED.has(kind))
    return at === -1
      ? reject('wrong_topic', `"${clip(input.topic)}" names no received device`)
      : reject('no_measurement', `${clip(kind)} reports codes and the gateway itself`)
  if (json === undefined) return reject('not_json', notJson(input))
  if (!isObject(json)) return reject('wrong_shape', 'expected an object')
  if (kind === 'BTtoMQTT') return readBluetooth(json, input)
  if (kind === 'RTL_433toMQTT') return readRadio(json, 'openmqttgateway', input)
  return readWired(json, gateway, levels.slice(at + 1).join('/'), input)
}

function readPresence(gateway: string, state: string): Decoded {
  if (state !== 'online' && state !== 'offline')
    return reject('wrong_shape', `LWT is online or offline, not ${show(state)}`)
  const out = new Collector()
  addReading(out, { device: `openmqttgateway/${gateway}` }, { property: 'online' }, state === 'online' ? 1 : 0, 'LWT')
  return out.finish('')
}

/** Types of device (`type`, decoder.theengs.io) that are of a person or a vehicle. */
const OF_A_PERSON = new Set(['TIRE', 'BODY', 'SCALE', 'TRACK', 'RMAC'])
/** Types whose temperature is that of the air; those of grills, plants, batteries and meters are not. Old versions send no type. */
const OF_THE_AIR = new Set([undefined, 'THB', 'THBX', 'AIR'])
/**
 * Devices of these types that measure beer, dry laundry or a probe, and numbers of a device that measures something else: what
 * is beside them, or the model, tells.
 */
const ELSEWHERE = /^(gravity|lvl_cm|litres|fer|moi|shake|extprobe|tempc\d)$/
const PROBE = /^(SE_TPROBE|IBT|H50|TILT|HOBO)/i
/** Of the message or the device itself, and what is sent in another unit as well. */
const NOT_MEASURED =
  /^(rssi|txpower|tx|distance|mac_type|track|tempf\d*|tempf2_dp|acc[xyz]|[xyz]_axis|seq|ctr|mov|count|time(_\w+)?|tempc_(max|min)|button\d*|led|sync|quality|major|minor|status|packet|device|in_ct|out_ct|push_ct|serial|modeltype|extprobe|wake|open|motion|rot|cont|acts|ctrl|prmac)$/

const CERTAIN_ANYWHERE = /^(lux|moi|batt|volt)$/

function isBluetoothAir(json: JsonObject): boolean {
  const keys = Object.keys(json)
  return (
    OF_THE_AIR.has(ownString(json, 'type')) &&
    !PROBE.test(ownString(json, 'model_id') ?? '') &&
    !keys.some((key) => ELSEWHERE.test(key))
  )
}

function readBluetooth(json: JsonObject, { levels, source }: Input): Decoded {
  const isPassing = own(json, 'track') === true || own(json, 'mac_type') === 1
  if (ownString(json, 'model_id') === undefined || isPassing || OF_A_PERSON.has(ownString(json, 'type') ?? ''))
    return reject('personal_data', 'unknown device, possibly of a passer-by, or one of a person or a vehicle')
  const id = (ownString(json, 'id') ?? levels.at(-1) ?? '').replaceAll(':', '').toUpperCase()
  if (!/^[0-9A-F]{12}$/.test(id)) return reject('wrong_shape', 'neither topic nor payload name the device')
  const out = new Collector()
  const base: Base = { device: `openmqttgateway/${id}` }
  const isAir = isBluetoothAir(json)
  for (const key of Object.keys(json)) readHeard(key, json[key], { source, base, out, isAir })
  if (out.samples.length > 0 && own(json, 'rssi') !== undefined) addReading(out, base, RSSI, own(json, 'rssi'), 'rssi')
  return out.finish(`no measurement among ${clip(Object.keys(json).join(', '))}`)
}

type Hearing = {
  readonly source: Input['source']
  readonly base: Base
  readonly out: Collector
  readonly isAir: boolean
}
function readHeard(key: string, value: unknown, { source, base, out, isAir }: Hearing): void {
  if (typeof value === 'boolean') return
  const mapped = mappingOf(source, key, key, base.device)
  const known = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined
  const meaning = mapped ?? (isAir || CERTAIN_ANYWHERE.test(key) ? known : undefined)
  if (meaning) addReading(out, base, meaning, value, clip(key))
  else if (typeof value === 'number' && !NOT_MEASURED.test(key))
    unmapped(out, clip(key), key, value, base.device, known && 'the device is not one for the air')
}

/** For the BME280, `pa` is the pressure; altitudes are derived from it. */
const OF_THE_GATEWAY: Readonly<Record<string, Meaning | null>> = {
  ...FIELDS,
  volt: { property: 'voltage', unit: 'V' },
  temp: { property: 'temperature', unit: 'Cel' },
  pa: { property: 'pressure', unit: 'Pa' },
  ftcd: null,
  wattsm2: null,
  tempf: null,
  altim: null,
  altift: null,
}

function readWired(json: JsonObject, gateway: string, sensor: string, { source }: Input): Decoded {
  const out = new Collector()
  const base: Base = { device: `openmqttgateway/${gateway}` }
  readFields(json, {
    ...{ source, base, out },
    own: (key) => {
      const meaning = Object.hasOwn(OF_THE_GATEWAY, key) ? OF_THE_GATEWAY[key] : undefined
      return meaning && sensor !== '' ? { ...meaning, channel: clip(sensor, 40) } : meaning
    },
  })
  return out.finish(`no measurement among ${clip(Object.keys(json).join(', '))}`)
}
