import { headerOf, type Row, readTable } from '#model/text/csv.ts'
import { feedName } from '../../helpers/feed-name.ts'
import { addReading, type Base, mappingOf } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { positionOf } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * G-NetTrack Pro, the log of a drive test as CSV: local time `2020.02.27_20.35.57`, `-` for missing values, longitude
 * before latitude. In 3G mode the columns RSRP and RSRQ contain RSCP and Ec/N0 (ignored). DL_bitrate and UL_bitrate are
 * the current traffic of the telephone, not its capacity: they are read only where the source maps them. The speed
 * of the car, the cell's ids and neighbours (NRx…) are not read.
 * Source: gyokovsolutions.com, G-NetTrack manual; UCC 5G dataset (github.com/uccmisl/5Gdataset).
 */
export const gnettrack: Format = {
  name: 'gnettrack',
  claims: ({ text }) => /^timestamp,longitude,latitude,.*networkmode/.test(headerOf(text)),
  decode,
}

const COLUMNS: readonly (readonly [column: string, meaning: Meaning])[] = [
  ['RSRP', { property: 'rsrp', unit: 'dB{mW}' }],
  ['RSRQ', { property: 'rsrq', unit: 'dB' }],
  ['SNR', { property: 'sinr', unit: 'dB' }],
  ['PINGAVG', { property: 'latency', unit: 'ms' }],
  ['PINGLOSS', { property: 'packet_loss', unit: '%' }],
]
const MAPPED_ONLY = ['DL_bitrate', 'UL_bitrate'] as const

function decode(input: Input): Decoded {
  const rows = readTable(input.text, ['timestamp', 'longitude', 'latitude', 'networkmode'])
  if (!rows) return reject('wrong_shape', `expected a log of G-NetTrack Pro: "${clip(input.text)}"`)
  const out = new Collector()
  const device = `gnettrack/${feedName(input)}`
  let before: Date | undefined
  const taken = new Set<number>()
  for (const row of rows) {
    if (out.full) break
    before = readPoint(row, device, { before, taken }, input, out) ?? before
  }
  return out.finish('no rows')
}

/** @returns the time of the row; as rows are in order, it distinguishes the repeated hour of an autumn night */
type Rows = { readonly before: Date | undefined /** times of the rows so far, in ms */; readonly taken: Set<number> }

function readPoint(row: Row, device: string, { before, taken }: Rows, input: Input, out: Collector): Date | undefined {
  const stamp = row.cell('timestamp')
  const match = /^(\d{4})\.(\d\d)\.(\d\d)_(\d\d)\.(\d\d)\.(\d\d)$/.exec(stamp)
  const time = match && readIso(`${match.slice(1, 4).join('-')}T${match.slice(4).join(':')}`, input.timeZone, before)
  if (!time) {
    out.problem(`line ${row.line} Timestamp`, 'bad_time', `"${clip(stamp)}" is not a time like 2020.02.27_20.35.57`)
    return undefined
  }
  const base: Base = {
    device,
    time: withinSecond(time, taken),
    location: positionOf(row.cell('longitude'), row.cell('latitude')),
  }
  const channel = generationOf(row.cell('networkmode'))
  const meanings = [
    ...COLUMNS,
    ...MAPPED_ONLY.map((column) => [column, mappingOf(input.source, column, column)] as const),
  ]
  for (const [column, stated] of meanings) {
    const value = row.cell(column)
    const meaning = stated && inMode(stated, channel)
    if (meaning && value !== '' && value !== '-')
      addReading(out, base, { ...meaning, channel: meaning.channel ?? channel }, value, `line ${row.line} ${column}`)
  }
  return time
}

/**
 * Two rows within one second are two observations, and the time is their key: the second one gets the next free millisecond.
 * The first keeps its time, so that a file read again gives the same observations.
 */
function withinSecond(time: Date, taken: Set<number>): Date {
  let ms = time.getTime()
  while (taken.has(ms)) ms += 1
  taken.add(ms)
  return new Date(ms)
}

/** Meaning of a column by radio generation: only 4G and 5G have RSRP; values of 2G are not comparable. */
function inMode(meaning: Meaning, channel: string): Meaning | undefined {
  if (meaning.property !== 'rsrp' && meaning.property !== 'rsrq' && meaning.property !== 'sinr') return meaning
  if (channel === '4g' || channel === '5g') return meaning
  return channel === '3g' && meaning.property === 'rsrp' ? { property: 'rscp', unit: 'dB{mW}' } : undefined
}

function generationOf(mode: string): string {
  if (/^(5G|NR)/i.test(mode)) return '5g'
  if (/^(LTE|4G)/i.test(mode)) return '4g'
  if (/^(UMTS|3G|HS|WCDMA)/i.test(mode)) return '3g'
  return /^(GSM|2G|EDGE|GPRS)/i.test(mode) ? '2g' : ''
}
