import { headerOf, type Row, readTable } from '#model/text/csv.ts'
import { feedName } from '../../helpers/feed-name.ts'
import { addReading, type Base } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { positionOf } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * RTR-NetTest (Austria) and NetMetr (Czechia) open data as CSV, one row per test of a volunteer. Times are UTC without a
 * zone, to the minute. The technology (4G, WLAN) is the channel. Who tested (`open_uuid`) is not read.
 * Source: netztest.at and netmetr.cz, "open data specification".
 */
export const rtrNettest: Format = {
  name: 'rtr-nettest',
  claims: ({ text }) => {
    const head = headerOf(text)
    return head.includes('open_test_uuid') && head.includes('download_kbit')
  },
  decode,
}

const COLUMNS: readonly (readonly [names: readonly string[], meaning: Meaning])[] = [
  [['download_kbit'], { property: 'download', unit: 'kbit/s' }],
  [['upload_kbit'], { property: 'upload', unit: 'kbit/s' }],
  [['ping_ms'], { property: 'latency', unit: 'ms' }],
  [['lte_rsrp'], { property: 'rsrp', unit: 'dB{mW}' }],
  [['lte_rsrq'], { property: 'rsrq', unit: 'dB' }],
]

function decode(input: Input): Decoded {
  const rows = readTable(input.text, ['open_test_uuid', 'download_kbit'])
  if (!rows)
    return reject('wrong_shape', `expected a table with open_test_uuid and download_kbit: "${clip(input.text)}"`)
  const out = new Collector()
  for (const row of rows) {
    if (out.full) break
    readTest(row, `rtr-nettest/${feedName(input)}`, out)
  }
  return out.finish('no rows')
}

function readTest(row: Row, device: string, out: Collector): void {
  const stamp = row.cell('time', 'time_utc')
  const minute = readIso(stamp, 'UTC')
  if (!minute) {
    out.problem(`line ${row.line} time`, 'bad_time', `"${clip(stamp)}" is not a time`)
    return
  }
  const base: Base = { device, time: withinMinute(stamp, minute, row.cell('open_test_uuid')) }
  const [lon, lat] = [row.cell('long', 'lon'), row.cell('lat')]
  if (lon !== '' && lat !== '') base.location = positionOf(lon, lat)
  const channel = clip(row.cell('cat_technology').toLowerCase(), 20)
  for (const [names, meaning] of COLUMNS) {
    const value = row.cell(...names)
    if (value !== '') addReading(out, base, { ...meaning, channel }, value, `line ${row.line} ${names[0]}`)
  }
}

/**
 * Several tests in one minute are several observations, and the time is their key: a time with minute resolution gets an
 * offset derived from the id of the test, the same each time the file is read.
 */
function withinMinute(stamp: string, minute: Date, id: string): Date {
  if (!/^\S+[ T]\d\d:\d\d$/.test(stamp)) return minute
  let hash = 2_166_136_261
  // FNV-1a, 32 bits
  for (let at = 0; at < Math.min(id.length, 64); at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 16_777_619)
  return new Date(minute.getTime() + ((hash >>> 0) % 60_000))
}
