import type { Source } from '#model/city/city-pack.ts'
import {
  addReading,
  type Base,
  isNumeric,
  isPositionKey,
  locationIn,
  mappingOf,
  unmapped,
} from '../../helpers/fields.ts'
import { type Own, readFields } from '../../helpers/free-form.ts'
import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import type { Collector } from '../../helpers/result.ts'
import type { Meaning } from '../../names/meaning.ts'
import type { Vendor } from './vendors.ts'

/** A frame decoded by a payload codec of a LoRaWAN network: an object of any shape, or a SenseCAP list. */
export function readCodec(
  payload: JsonObject | unknown[],
  base: Base,
  source: Source,
  out: Collector,
  vendor?: Vendor | undefined,
): void {
  const messages = Array.isArray(payload) ? payload : own(payload, 'messages')
  const entries = Array.isArray(messages) ? messages.flat(3) : []
  if (entries.some((entry) => isObject(entry) && Object.hasOwn(entry, 'measurementId'))) {
    readSenseCap(entries, base, source, out)
    return
  }
  if (Array.isArray(payload)) return
  const location = locationIn(payload)
  const special = (key: string): Own => {
    if (location && isPositionKey(key)) return null
    const field = vendor && Object.hasOwn(vendor.fields, key) ? vendor.fields[key] : undefined
    if (field?.unless !== undefined) return Object.hasOwn(payload, field.unless) ? undefined : field.meaning
    return field?.beside === undefined || Object.hasOwn(payload, field.beside) ? field?.meaning : undefined
  }
  readFields(payload, { source, base: location ? { ...base, location } : base, out, own: special })
}

/** Measurement ids of SenseCAP sensors (Seeed Studio, "SenseCAP decoder" documentation). */
const SENSECAP: ReadonlyMap<string, Meaning> = new Map([
  ['3000', { property: 'battery_level', unit: '%' }],
  ['4097', { property: 'temperature', unit: 'Cel' }],
  ['4098', { property: 'relative_humidity', unit: '%' }],
  ['4099', { property: 'illuminance', unit: 'lx' }],
  ['4100', { property: 'co2', unit: '[ppm]' }],
  ['4101', { property: 'pressure', unit: 'Pa' }],
  ['4102', { property: 'soil_temperature', unit: 'Cel' }],
  ['4103', { property: 'soil_moisture', unit: '%' }],
  ['4104', { property: 'wind_direction', unit: 'deg' }],
  ['4105', { property: 'wind_speed', unit: 'm/s' }],
])

function readSenseCap(entries: readonly unknown[], base: Base, source: Source, out: Collector): void {
  for (const entry of entries) {
    if (!isObject(entry) || out.full) continue
    const type = String(own(entry, 'type') ?? '')
    const id = String(own(entry, 'measurementId') ?? '')
    const field = type === '' ? id : type
    const value = own(entry, 'measurementValue')
    const meaning = mappingOf(source, id, type, base.device) ?? SENSECAP.get(id)
    if (meaning) addReading(out, base, meaning, value, field)
    else unmapped(out, field, field, value, base.device)
  }
}

/** What networks call the strength of a signal and its distance from the noise. */
export type LinkKeys = {
  readonly rssi: string
  readonly snr: string
  /** the JSON form of protobuf omits an snr of 0 */
  readonly omitsZero?: true
}
const LINK: LinkKeys = { rssi: 'rssi', snr: 'snr', omitsZero: true }

/** Signal at the gateway with the best reception, one of a list or the only one. */
export function readLink(gateways: unknown, field: string, base: Base, out: Collector, keys = LINK): void {
  let best: JsonObject | undefined
  let strongest = Number.NEGATIVE_INFINITY
  for (const gateway of Array.isArray(gateways) ? gateways : [gateways]) {
    if (!isObject(gateway)) continue
    const stated = own(gateway, keys.rssi)
    const rssi = isNumeric(stated) ? Number(stated) : Number.NaN
    if (!(rssi > strongest)) continue
    strongest = rssi
    best = gateway
  }
  if (!best) return
  addReading(out, base, { property: 'rssi', unit: 'dB{mW}' }, strongest, `${field}.rssi`)
  const snr = own(best, keys.snr) ?? (keys.omitsZero ? 0 : undefined)
  if (snr !== undefined) addReading(out, base, { property: 'snr', unit: 'dB' }, snr, `${field}.snr`)
}
