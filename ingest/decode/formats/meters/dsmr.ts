import { addReading, type Base, unmapped } from '../../helpers/fields.ts'
import { show } from '../../helpers/input.ts'
import type { Arrival } from '../../helpers/local-time.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { crcLine, telegramCrc } from './dsmr-crc.ts'
import { isMeterMessage, meterName, readMeterMessage } from './dsmr-json.ts'
import { readStamp } from './dsmr-stamp.ts'
import { KW, KWH } from './meter-tables.ts'

/**
 * Smart meters with a P1 port: raw DSMR telegrams, and the JSON and topics of programs that read them (dsmr-json.ts).
 * Serial numbers are personal and not read: a meter is named by its topic.
 * Source: Netbeheer Nederland, "DSMR 5.0.2 P1 companion standard".
 */
export const dsmr: Format = {
  name: 'dsmr-p1',
  // the identification may have spaces: /KMP5 ZZZ0
  claims: (input) => /^\s*\/[A-Za-z0-9]{3}[^\r\n]*\r?\n/.test(input.text.slice(0, 80)) || isMeterMessage(input),
  decode,
}

function decode(input: Input): Decoded {
  const out = new Collector()
  if (isMeterMessage(input)) {
    readMeterMessage(input, out)
    return out.finish('no measurement among the fields')
  }
  return readTelegram(input, { device: `dsmr-p1/${meterName(input.levels)}` }, out)
}

/** OBIS codes; tariffs and phases are channels. */
const OBIS: Readonly<Record<string, Meaning>> = {
  '1.8.0': KWH('energy', ''),
  '1.8.1': KWH('energy', 't1'),
  '1.8.2': KWH('energy', 't2'),
  '2.8.0': KWH('energy_export', ''),
  '2.8.1': KWH('energy_export', 't1'),
  '2.8.2': KWH('energy_export', 't2'),
  '1.7.0': KW(''),
  '2.7.0': KW('export'),
  '32.7.0': { property: 'voltage', unit: 'V', channel: 'l1' },
  '52.7.0': { property: 'voltage', unit: 'V', channel: 'l2' },
  '72.7.0': { property: 'voltage', unit: 'V', channel: 'l3' },
  '31.7.0': { property: 'current', unit: 'A', channel: 'l1' },
  '51.7.0': { property: 'current', unit: 'A', channel: 'l2' },
  '71.7.0': { property: 'current', unit: 'A', channel: 'l3' },
  '21.7.0': KW('l1'),
  '41.7.0': KW('l2'),
  '61.7.0': KW('l3'),
  '22.7.0': KW('l1.export'),
  '42.7.0': KW('l2.export'),
  '62.7.0': KW('l3.export'),
}
const ELECTRICITY = /^1-0:(\d+\.\d+\.\d+)\((-?\d+(?:\.\d+)?)\*[A-Za-z]+\)$/
const TIME = /^0-0:1\.0\.0\((\d{12}[WSws]?)\)$/
const DEVICE_TYPE = /^0-(\d):24\.1\.0\((\d{1,3})\)$/
const DEVICE_READING = /^0-(\d):24\.2\.[13]\((\d{12}[WSws]?)\)\((\d+(?:\.\d+)?)\*([A-Za-z0-9]+)\)$/
/**
 * DSMR 2.2 and 3.0 send the reading in two lines: the first has time, status, period, number of values, OBIS code and unit, the
 * second the value. The unit may be missing.
 */
const OLD_READING = /^0-(\d):24\.3\.0\((\d{12}[WSws]?)\)(?:\([^()]*\))*$/
const OLD_UNIT = /\((m3|dm3|GJ|MJ|kWh)\)$/
const OLD_VALUE = /^\((\d+(?:\.\d+)?)\)$/
/** Device types of the M-Bus that P1 relays, with the unit of the standard. */
const M_BUS: ReadonlyMap<number, { readonly property: string; readonly unit: string }> = new Map([
  [3, { property: 'gas_volume', unit: 'm3' }],
  [4, { property: 'thermal_energy', unit: 'GJ' }],
  [7, { property: 'water_volume', unit: 'm3' }],
])

function readTelegram(input: Input, base: Base, out: Collector): Decoded {
  const text = input.text.trim()
  const end = text.lastIndexOf('!')
  if (!text.startsWith('/') || end === -1) return reject('wrong_shape', 'expected a telegram from / to !')
  const crc = crcLine(text)
  if (crc && telegramCrc(text.slice(0, crc.at)) !== crc.value)
    return reject('bad_checksum', `the CRC of the telegram is not ${text.slice(crc.at).toUpperCase()}`)
  const lines = text.slice(0, end).split(/\r?\n/)
  const stamp = lines.map((line) => TIME.exec(line)?.[1]).find(Boolean)
  if (stamp !== undefined) {
    const time = readStamp(stamp, input)
    if (!time) return reject('bad_time', `${show(stamp)} is not a time`)
    Object.assign(base, time)
  }
  const types = new Map<string, number>(
    lines.flatMap((line) => {
      const match = DEVICE_TYPE.exec(line)
      return match?.[1] && match[2] ? [[match[1], Number(match[2])]] : []
    }),
  )
  for (const [index, line] of lines.entries())
    readLine(line, lines[index + 1] ?? '', { types, base, arrival: input, out })
  return out.finish('no readings in the telegram')
}

type Reader = {
  /** M-Bus device types by channel */
  readonly types: ReadonlyMap<string, number>
  readonly base: Base
  readonly arrival: Arrival
  readonly out: Collector
}

function readLine(line: string, next: string, reader: Reader): void {
  const electricity = ELECTRICITY.exec(line)
  const code = electricity?.[1] ?? ''
  const meaning = Object.hasOwn(OBIS, code) ? OBIS[code] : undefined
  if (meaning) {
    addReading(reader.out, reader.base, meaning, electricity?.[2], `1-0:${code}`)
    return
  }
  const [, channel = '', stamp, value, unit] = DEVICE_READING.exec(line) ?? []
  if (value !== undefined) readDevice({ channel, stamp, value, unit, code: '24.2.1' }, reader)
  const old = OLD_READING.exec(line)
  const oldValue = old && OLD_VALUE.exec(next.trim())?.[1]
  if (oldValue !== undefined && oldValue !== null)
    readDevice(
      { channel: old?.[1] ?? '', stamp: old?.[2], value: oldValue, unit: OLD_UNIT.exec(line)?.[1], code: '24.3.0' },
      reader,
    )
}

type DeviceReading = {
  channel: string
  stamp: string | undefined
  value: string
  unit: string | undefined
  code: string
}

/** A meter on the M-Bus. It is read every hour or five minutes, so the reading is older than the telegram. */
function readDevice({ channel, stamp, value, unit, code }: DeviceReading, { types, base, arrival, out }: Reader): void {
  const field = `0-${channel}:${code}`
  const kind = M_BUS.get(types.get(channel) ?? -1)
  if (!kind) {
    unmapped(out, field, code, value, base.device)
    return
  }
  const time = readStamp(stamp, arrival, 'hourly')
  if (time)
    addReading(
      out,
      { device: base.device, ...time },
      { property: kind.property, unit: unit ?? kind.unit },
      value,
      field,
    )
  else out.problem(field, 'bad_time', `${show(stamp)} is not a time`)
}
