import { addReading, type Base, type Reading, readFields } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { type Meaning, meaningOf } from '../../helpers/synonyms.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'

const MEASURING = /^(SENSOR|STATE|ENERGY|LWT|STATUS8|STATUS10|STATUS11)$/
const OTHER = /^(STATUS\d*|RESULT|POWER\d*|INFO\d|UPTIME|MARGINS|LOGGING|HASS_STATE|WAKEUP)$/

/**
 * Tasmota telemetry: `tele/<topic>/SENSOR|STATE|ENERGY|LWT` and `stat/<topic>/STATUS8|STATUS10`, the levels in any
 * order of FullTopic. Times are local wall clock. Source: tasmota.github.io/docs/MQTT. Names of networks, addresses
 * (SSId, BSSId, IP, MAC) are ignored.
 */
export const tasmota: Format = {
  name: 'tasmota',
  claims: ({ levels }) => prefixAt(levels) !== -1 && (MEASURING.test(last(levels)) || OTHER.test(last(levels))),
  decode,
}

const last = (levels: readonly string[]): string => levels[levels.length - 1] ?? ''

/** Position of the prefix: %prefix%/%topic% by default, %topic%/%prefix% for many; the last level is not part of a name. */
function prefixAt(levels: readonly string[]): number {
  for (let at = levels.length - 2; at >= 0; at--) if (levels[at] === 'tele' || levels[at] === 'stat') return at
  return -1
}

function decode(input: Input): Decoded {
  const kind = last(input.levels)
  const at = prefixAt(input.levels)
  const id = input.levels.filter((_, index) => index !== at && index !== input.levels.length - 1).join('/')
  if (at === -1 || id === '') return reject('wrong_topic', `"${clip(input.topic)}" is not tele/<device>/SENSOR`)
  if (!MEASURING.test(kind)) return reject('no_measurement', `${clip(kind)} messages contain no measurement`)
  const out = new Collector()
  if (kind === 'LWT') return readWill(id, input, out)
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  if (!isObject(json)) return reject('wrong_shape', 'expected an object')
  const body = ownObject(json, 'StatusSNS') ?? ownObject(json, 'StatusSTS') ?? json
  const base = readBase(id, body, input, out)
  if (!base) return out.finish('')
  if (kind === 'STATE' || kind === 'STATUS11') readState(body, base, out)
  else if (isObject(own(body, 'ZbReceived')))
    readZigbee(ownObject(body, 'ZbReceived') ?? {}, id, body, base, input, out)
  else readSensors(kind === 'ENERGY' && !isObject(own(body, 'ENERGY')) ? { ENERGY: body } : body, base, input, out)
  return out.finish(`no measurement among ${clip(Object.keys(body).join(', '))}`)
}

/** The last will: plain text. It is retained, so it may repeat an earlier state. */
function readWill(id: string, input: Input, out: Collector): Decoded {
  const text = input.text.trim()
  if (text !== 'Online' && text !== 'Offline')
    return reject('wrong_shape', `LWT is Online or Offline, not ${clip(text)}`)
  addReading(out, { device: `tasmota/${id}` }, { property: 'online' }, text === 'Online' ? 1 : 0, 'LWT')
  return out.finish('')
}

function readBase(id: string, body: JsonObject, input: Input, out: Collector): Base | undefined {
  const base: Base = { device: `tasmota/${id}` }
  const text = own(body, 'Time')
  if (text === undefined) return base
  const time = typeof text === 'string' ? readIso(text, input.timeZone, input.receivedAt) : undefined
  if (!time) {
    out.problem('Time', 'bad_time', `${show(text)} is not a time`)
    return undefined
  }
  base.time = time
  return base
}

/** STATE: only the Wi-Fi signal is a measurement. Wifi.RSSI is a percentage, Wifi.Signal is in dBm. */
function readState(body: JsonObject, base: Base, out: Collector): void {
  const wifi = ownObject(body, 'Wifi')
  if (wifi && own(wifi, 'Signal') !== undefined)
    addReading(out, base, { property: 'rssi', unit: 'dB{mW}' }, own(wifi, 'Signal'), 'Wifi.Signal')
}

const TEMPERATURE_UNITS: Readonly<Record<string, string>> = { C: 'Cel', F: '[degF]', K: 'K' }
const PRESSURE_UNITS: Readonly<Record<string, string>> = { hPa: 'hPa', mmHg: 'mm[Hg]', inHg: "[in_i'Hg]", Pa: 'Pa' }
const SPEED_UNITS: Readonly<Record<string, string>> = { 'm/s': 'm/s', 'km/h': 'km/h', kn: '[kn_i]', mph: '[mi_i]/h' }

type Units = { temperature: string; pressure: string; speed: string }
const unitsOf = (body: JsonObject): Units => ({
  temperature: named(TEMPERATURE_UNITS, ownString(body, 'TempUnit') ?? 'C'),
  pressure: named(PRESSURE_UNITS, ownString(body, 'PressureUnit') ?? 'hPa'),
  speed: named(SPEED_UNITS, ownString(body, 'SpeedUnit') ?? 'm/s'),
})
/** A unit without a known code is passed on unchanged, to be rejected by normalise with its name. */
const named = (units: Readonly<Record<string, string>>, unit: string): string =>
  (Object.hasOwn(units, unit) ? units[unit] : undefined) ?? unit

/** Fields of ENERGY (tasmota.github.io/docs/Power-Monitoring-Calibration): W, V, A, kWh; sums of a day are ignored. */
const ENERGY: ReadonlyMap<string, Meaning | null> = new Map<string, Meaning | null>([
  ['Total', { property: 'energy', unit: 'kW.h' }],
  ['ImportActive', { property: 'energy', unit: 'kW.h', channel: 'import' }],
  ['ExportActive', { property: 'energy_export', unit: 'kW.h' }],
  ['Power', { property: 'active_power', unit: 'W' }],
  ['ApparentPower', { property: 'apparent_power', unit: 'V.A' }],
  ['ReactivePower', { property: 'reactive_power', unit: 'var' }],
  ['Factor', { property: 'power_factor', unit: '1' }],
  ['Voltage', { property: 'voltage', unit: 'V' }],
  ['Current', { property: 'current', unit: 'A' }],
  ['Frequency', { property: 'frequency', unit: 'Hz' }],
  ...['TotalStartTime', 'Yesterday', 'Today', 'Period', 'TotalTariff', 'TodayTariff', 'YesterdayTariff', 'Load'].map(
    (name): [string, null] => [name, null],
  ),
  ...['ExportTariff', 'ExportReactive', 'ImportReactive', 'PhaseAngle', 'TodaySumImport', 'TodaySumExport'].map(
    (name): [string, null] => [name, null],
  ),
])

/** Fields of sensors for which the general synonyms are wrong, or that are not measurements. */
const SENSOR: ReadonlyMap<string, Meaning | null> = new Map<string, Meaning | null>([
  ['eCO2', { property: 'co2', unit: '[ppm]' }],
  ['PM1', { property: 'pm1', unit: 'ug/m3' }],
  ['PM1.0', { property: 'pm1', unit: 'ug/m3' }],
  ['PM2.5', { property: 'pm2_5', unit: 'ug/m3' }],
  ['PM4', { property: 'pm4', unit: 'ug/m3' }],
  ['PM10', { property: 'pm10', unit: 'ug/m3' }],
  ['LinkQuality', { property: 'link_quality', unit: '1' }],
  ['BatteryPercentage', { property: 'battery_level', unit: '%' }],
  ['BatteryVoltage', { property: 'battery_voltage', unit: 'V' }],
  ...[
    'SeaPressure',
    'Address',
    'Id',
    'Type',
    'Device',
    'Endpoint',
    'Group',
    'Name',
    'Cluster',
    'IEEEAddr',
    'Elevation',
  ].map((name): [string, null] => [name, null]),
  ...['CF1', 'CF2.5', 'CF10', 'PB0.3', 'PB0.5', 'PB1', 'PB2.5', 'PB5', 'PB10'].map((name): [string, null] => [
    name,
    null,
  ]),
])
const TOP_LEVEL: ReadonlySet<string> = new Set([
  'Time',
  'TempUnit',
  'PressureUnit',
  'SpeedUnit',
  'IP',
  'MAC',
  'StatusSNS',
  'Uptime',
  'UptimeSec',
  'Heap',
  'Vcc',
  'MqttCount',
])

function readSensors(body: JsonObject, base: Base, input: Input, out: Collector): void {
  const units = unitsOf(body)
  const reading: Reading = {
    source: input.source,
    base,
    out,
    own: (key, value, path) => meaningIn(key, value, path, units),
  }
  for (const key of Object.keys(body)) {
    if (TOP_LEVEL.has(key)) continue
    const sensor = body[key]
    if (isObject(sensor)) readSensor(key, sensor, reading)
    else readFields({ [key]: sensor }, reading)
    if (out.full) return
  }
}

/** Sensors have an id or a number when there can be several; it is always their channel, also for a single one. */
function readSensor(name: string, sensor: JsonObject, reading: Reading, depth = 0): void {
  const id = ownString(sensor, 'Id') ?? ownString(sensor, 'Address')
  const numbered = /-\d+$|^DS18/.test(name) ? name : undefined
  const nested = Object.values(sensor).some(isObject)
  if (nested && id === undefined && depth < 3) {
    for (const key of Object.keys(sensor)) {
      const inner = sensor[key]
      if (isObject(inner)) readSensor(`${name}.${key}`, inner, reading, depth + 1)
      else readFields({ [key]: inner }, reading, name)
    }
    return
  }
  const channel = id ?? numbered
  const { own: general } = reading
  if (channel === undefined || general === undefined) {
    readFields(sensor, reading, name)
    return
  }
  const own: Reading['own'] = (key, value, path) => {
    const meaning = general(key, value, path)
    return meaning ? { ...meaning, channel } : meaning
  }
  readFields(sensor, { ...reading, own }, name)
}

function meaningIn(key: string, _value: unknown, path: string, units: Units): Meaning | null | undefined {
  if (path === `ENERGY.${key}`) return ENERGY.has(key) ? ENERGY.get(key) : undefined
  if (SENSOR.has(key)) return SENSOR.get(key)
  const general = meaningOf(key)
  if (general === 'housekeeping') return null
  if (general === undefined) return undefined
  const unit = unitFor(general.property, units)
  return unit === undefined ? general : { ...general, unit }
}

function unitFor(property: string, units: Units): string | undefined {
  if (property === 'temperature' || property === 'dew_point') return units.temperature
  if (property === 'pressure') return units.pressure
  return property === 'wind_speed' ? units.speed : undefined
}

/** A Zigbee bridge: each device is a key of ZbReceived. Its short address is unique on its bridge only. */
function readZigbee(
  devices: JsonObject,
  bridge: string,
  body: JsonObject,
  base: Base,
  input: Input,
  out: Collector,
): void {
  for (const key of Object.keys(devices)) {
    const values = devices[key]
    if (isObject(values))
      readSensors({ ...pickUnits(body), [key]: values }, { ...base, device: `tasmota/${bridge}/${key}` }, input, out)
  }
}
const pickUnits = (body: JsonObject): JsonObject =>
  Object.fromEntries(
    ['TempUnit', 'PressureUnit', 'SpeedUnit'].flatMap((key) => (Object.hasOwn(body, key) ? [[key, body[key]]] : [])),
  )
