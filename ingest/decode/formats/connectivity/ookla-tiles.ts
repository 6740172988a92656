import { headerOf, type Row, readTable } from '#model/text/csv.ts'
import { topicOption } from '../../helpers/feed-name.ts'
import { addReading, type Base } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { centreOfQuadkey } from './quadkey.ts'

/**
 * Ookla open data, performance tiles as CSV: means of the tests of a quarter in tiles of zoom 16 (some 600 m). Rows
 * have no time: the quarter is in the path (`type=fixed/year=2022/quarter=3`), which the topic repeats. A tile is a Thing,
 * named by its quadkey, and its values have the time of the last second of the quarter.
 * Source: github.com/teamookla/ookla-open-data.
 */
export const ooklaTiles: Format = {
  name: 'ookla-tiles',
  claims: ({ text }) => {
    const head = headerOf(text)
    return head.includes('quadkey') && head.includes('avg_d_kbps')
  },
  decode,
}

const ZOOM = 16
const COLUMNS: readonly (readonly [column: string, meaning: Meaning])[] = [
  ['avg_d_kbps', { property: 'download', unit: 'kbit/s' }],
  ['avg_u_kbps', { property: 'upload', unit: 'kbit/s' }],
  ['avg_lat_ms', { property: 'latency', unit: 'ms' }],
]

function decode(input: Input): Decoded {
  const rows = readTable(input.text, ['quadkey', 'avg_d_kbps'])
  if (!rows) return reject('wrong_shape', `expected a table with quadkey and avg_d_kbps: "${clip(input.text)}"`)
  const type = topicOption(input, 'type')
  const time = endOfQuarter(Number(topicOption(input, 'year')), Number(topicOption(input, 'quarter')))
  if (!time || (type !== 'fixed' && type !== 'mobile'))
    return reject(
      'bad_time',
      'the topic needs type=fixed|mobile/year=<year>/quarter=<1..4>, which the rows do not contain',
    )
  const out = new Collector()
  for (const row of rows) {
    if (out.full) break
    readTile(row, type, time, out)
  }
  return out.finish('no rows')
}

function readTile(row: Row, type: string, time: Date, out: Collector): void {
  const quadkey = row.cell('quadkey')
  const problem = quadkeyProblem(quadkey)
  if (problem !== undefined) {
    out.problem(`line ${row.line} quadkey`, 'bad_location', problem)
    return
  }
  const base: Base = { device: `ookla-tiles/${type}.${quadkey}`, time, location: centreOfQuadkey(quadkey) }
  for (const [column, meaning] of COLUMNS) {
    const value = row.cell(column)
    if (value !== '') addReading(out, base, { ...meaning, channel: type }, value, `line ${row.line} ${column}`)
  }
}

/**
 * Why a quadkey is invalid. A spreadsheet that treats it as a number removes leading zeros and rounds it to 15 digits:
 * 0231113112003202 becomes 231113112003202 or 2.31113E+14, and the tile cannot be recovered.
 */
function quadkeyProblem(quadkey: string): string | undefined {
  if (/^[0-3]{16}$/.test(quadkey)) return undefined
  const digits = `"${clip(quadkey, 24)}" is no quadkey of zoom ${ZOOM} (16 digits from 0 to 3)`
  return /^[0-9.,eE+]{1,24}$/.test(quadkey)
    ? `${digits}: a program took it for a number and destroyed it; export the column as text`
    : digits
}

function endOfQuarter(year: number, quarter: number): Date | undefined {
  if (!Number.isInteger(year) || year < 2000 || year > 9999 || ![1, 2, 3, 4].includes(quarter)) return undefined
  return new Date(Date.UTC(year, quarter * 3, 1) - 1000)
}
