import { addReading, type Base } from '../../helpers/fields.ts'
import { show } from '../../helpers/input.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { crcLine, telegramCrc } from './dsmr-crc.ts'
import { isMeterMessage, KW, KWH, meterName, readMeterMessage } from './dsmr-json.ts'
import { readStamp } from './dsmr-stamp.ts'

/**
 * Smart meters with a P1 port: raw DSMR telegrams, and the JSON and topics of programs that read them (dsmr-json.ts).
 * Serial numbers are personal and not read: a meter is named by its topic.
 * Source: Netbeheer Nederland, "DSMR 5.0.2 P1 companion standard".
 */
export const dsmr: Format = {
  name: 'dsmr-p1',
  claims: (input) => /^\s*\/[A-Za-z0-9]{3}\S*\s*\n/.test(input.text.slice(0, 80)) || isMeterMessage(input),
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
const DEVICE_TYPE = /^0-(\d):24\.1\.0\((\d{3})\)$/
const DEVICE_READING = /^0-(\d):24\.2\.[13]\((\d{12}[WSws]?)\)\((\d+(?:\.\d+)?)\*([A-Za-z0-9]+)\)$/
/** Device types of the M-Bus that P1 relays. */
const M_BUS: Readonly<Record<string, string>> = { '003': 'gas_volume', '004': 'thermal_energy', '007': 'water_volume' }

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
    const time = readStamp(stamp, input.timeZone)
    if (!time) return reject('bad_time', `${show(stamp)} is not a time`)
    base.time = time
  }
  const types = new Map(
    lines.flatMap((line) => {
      const match = DEVICE_TYPE.exec(line)
      return match?.[1] && match[2] ? [[match[1], match[2]]] : []
    }),
  )
  for (const line of lines) readLine(line, types, base, input.timeZone, out)
  return out.finish('no readings in the telegram')
}

function readLine(
  line: string,
  types: ReadonlyMap<string, string>,
  base: Base,
  timeZone: string,
  out: Collector,
): void {
  const electricity = ELECTRICITY.exec(line)
  const code = electricity?.[1] ?? ''
  const meaning = Object.hasOwn(OBIS, code) ? OBIS[code] : undefined
  if (meaning) {
    addReading(out, base, meaning, electricity?.[2], `1-0:${code}`)
    return
  }
  const other = DEVICE_READING.exec(line)
  const property = M_BUS[types.get(other?.[1] ?? '') ?? '']
  if (!other || !property) return
  // gas meters are read every hour or five minutes, so the reading is older than the telegram
  const time = readStamp(other[2], timeZone)
  if (time) addReading(out, { ...base, time }, { property, unit: other[4] ?? '' }, other[3], `0-${other[1]}:24.2.1`)
  else out.problem(`0-${other[1]}:24.2.1`, 'bad_time', `${show(other[2])} is not a time`)
}
