import { addReading, type Base } from '../../helpers/fields.ts'
import { inDevice, inObject, type Own, type Reading, readFields } from '../../helpers/free-form.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { readStated } from '../../helpers/local-time.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

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
  if (!MEASURING.test(kind) && !isZigbee(input.json))
    return reject('no_measurement', `${clip(kind)} messages contain no measurement`)
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

/** Messages of Zigbee devices, which some settings publish on RESULT. */
const isZigbee = (json: unknown): boolean => isObject(json) && isObject(own(json, 'ZbReceived'))

/** The last will: plain text. It is retained, so it may repeat an earlier state. */
function readWill(id: string, input: Input, out: Collector): Decoded {
  const text = input.text.trim()
  if (text !== 'Online' && text !== 'Offline')
    return reject('wrong_shape', `LWT is Online or Offline, not ${clip(text)}`)
  addReading(out, { device: `tasmota/${id}` }, { property: 'online' }, text === 'Online' ? 1 : 0, 'LWT')
  return out.finish('')
}

function readBase(id: string, body: JsonObject, input: Input, out: Collector): Base | undefined {
  const device = `tasmota/${id}`
  const text = own(body, 'Time')
  if (text === undefined) return { device }
  const time = typeof text === 'string' ? readStated(text, input) : undefined
  if (time) return { device, ...time }
  out.problem('Time', 'bad_time', `${show(text)} is not a time`)
  return undefined
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

/** Fields of sensors for which the general names are wrong, or that are not measurements. */
const SENSOR: ReadonlyMap<string, Meaning | null> = new Map<string, Meaning | null>([
  ['eCO2', { property: 'co2', unit: '[ppm]' }],
  ['PM1', { property: 'pm1', unit: 'ug/m3' }],
  ['PM1.0', { property: 'pm1', unit: 'ug/m3' }],
  ['PM2.5', { property: 'pm2_5', unit: 'ug/m3' }],
  ['PM4', { property: 'pm4', unit: 'ug/m3' }],
  ['PM10', { property: 'pm10', unit: 'ug/m3' }],
  ['CarbonDioxide', { property: 'co2', unit: '[ppm]' }],
  ['Illuminance', { property: 'illuminance', unit: 'lx' }],
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

function readSensors(body: JsonObject, base: Base, input: Input, out: Collector, deviceKey?: string): void {
  const units = unitsOf(body)
  const reading: SensorReading = {
    source: input.source,
    base,
    out,
    own: (key, _value, path) => meaningIn(key, path, units, deviceKey),
    deviceKey,
  }
  for (const key of Object.keys(body)) {
    if (TOP_LEVEL.has(key)) continue
    const sensor = body[key]
    if (isObject(sensor)) readSensor(key, sensor, reading)
    else readFields({ [key]: sensor }, reading)
    if (out.full) return
  }
}

/**
 * Drivers of sensors for the air (tasmota.github.io/docs/Supported-Peripherals). The temperature of another object may be
 * that of a chip (`ESP32`, ADE7953, BL0942), of a thermistor anywhere (`ANALOG`), or of a boiler.
 */
const AIR_SENSOR =
  /^(AM23\d\d|DHT\d\d|SI70\d\d|SHT\w*|HTU\d*|HDC\w*|BM[EP]\w*|AHT\w*|SCD\w*|SEN\w*|LM75\w*|MCP9808|HYT\w*|DS18\w*|THMI|TX2\d|WS85|WS2300|HP303B|DPS310|LPS\w*|T6713|MIEL|MI32|MJ_HT\w*|LYWSD\w*|ATC\w*|CGG1|CGD1|ENV\w*|TH\d\w*)([-_.]|$)/i

/** Certain where the sensor is one for the air, or a Zigbee device; the cluster of Zigbee is that of the surroundings. */
const AIR: ReadonlyMap<string, Meaning> = new Map([
  ['Temperature', { property: 'temperature' }],
  ['Humidity', { property: 'relative_humidity', unit: '%' }],
  ['DewPoint', { property: 'dew_point' }],
  ['Pressure', { property: 'pressure' }],
])

/** Keys about chips: not measurements of the place. */
const CHIP = /^(ESP(32|8266)\w*|AXP\d+|MPU\w*)([-_.]|$)/i

/**
 * A sensor is the channel of its values, by its id where it has one, also where it is the only one: a second sensor may be
 * added or fail. Meters (ENERGY) and the device behind a Zigbee bridge have no channel of their own.
 */
type SensorReading = Reading & { readonly deviceKey: string | undefined }

function readSensor(name: string, sensor: JsonObject, reading: SensorReading, depth = 0): void {
  const id = ownString(sensor, 'Id') ?? ownString(sensor, 'Address')
  const nested = Object.values(sensor).some(isObject)
  if (nested && id === undefined && depth < 3) {
    for (const key of Object.keys(sensor)) {
      const inner = sensor[key]
      if (isObject(inner)) readSensor(`${name}.${key}`, inner, reading, depth + 1)
      else readFields({ [key]: inner }, reading, inObject(name))
    }
    return
  }
  if (id === undefined) {
    readFields(sensor, reading, name === 'ENERGY' || name === reading.deviceKey ? inDevice(name) : inObject(name))
    return
  }
  const { own: general } = reading
  const own: Reading['own'] = (key, value, path) => {
    const meaning = general?.(key, value, path)
    return meaning && meaning !== 'uncertain' ? { ...meaning, channel: id } : meaning
  }
  readFields(sensor, { ...reading, own }, inObject(name))
}

function meaningIn(key: string, path: string, units: Units, deviceKey: string | undefined): Own {
  if (path === `ENERGY.${key}`) return ENERGY.has(key) ? ENERGY.get(key) : undefined
  if (SENSOR.has(key)) return SENSOR.get(key)
  const sensor = path.slice(0, Math.max(0, path.length - key.length - 1))
  if (CHIP.test(sensor)) return null
  const certain = AIR.get(key)
  if (!certain) return undefined
  if (!AIR_SENSOR.test(sensor) && sensor !== deviceKey) return 'uncertain'
  const unit = unitFor(certain.property, units)
  return unit === undefined ? certain : { ...certain, unit }
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
      readSensors(
        { ...pickUnits(body), [key]: values },
        { ...base, device: `tasmota/${bridge}/${key}` },
        input,
        out,
        key,
      )
  }
}
const pickUnits = (body: JsonObject): JsonObject =>
  Object.fromEntries(
    ['TempUnit', 'PressureUnit', 'SpeedUnit'].flatMap((key) => (Object.hasOwn(body, key) ? [[key, body[key]]] : [])),
  )
