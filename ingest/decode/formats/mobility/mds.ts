import { feedName } from '../../helpers/feed-name.ts'
import { addReading, type Base, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { type Arrival, readStated, type Stated } from '../../helpers/local-time.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * MDS Metrics: a table of measures by interval and dimensions. -1 is a suppressed figure (fewer than `k_value`
 * persons): missing, not minus one. The time is the start of the interval, so that a day counts as that day. Dimensions (vehicle type, area) become the channel.
 * Source: github.com/openmobilityfoundation/mobility-data-specification, metrics/README.md.
 */
export const mds: Format = {
  name: 'mds',
  claims: ({ json }) =>
    isObject(json) &&
    Array.isArray(own(json, 'rows')) &&
    columnsOf(json).some(({ name, kind }) => name === START || kind === 'measure'),
  decode,
}

const START = 'interval_start'
type Column = { name: string; kind: string }

function columnsOf(json: JsonObject): Column[] {
  const columns = own(json, 'columns')
  if (!Array.isArray(columns)) return []
  return columns
    .slice(0, 200)
    .map((column) =>
      isObject(column)
        ? { name: ownString(column, 'name') ?? '', kind: ownString(column, 'column_type') ?? '' }
        : { name: '', kind: '' },
    )
}

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  const rows = isObject(json) ? own(json, 'rows') : undefined
  if (!isObject(json) || !Array.isArray(rows)) return reject('wrong_shape', 'no rows')
  const columns = columnsOf(json)
  const start = columns.findIndex(({ name }) => name === START)
  if (start === -1) return reject('wrong_shape', `no column "${START}"`)
  const query = ownObject(json, 'query') ?? {}
  const table: Table = {
    columns,
    start,
    zone: ownString(query, 'timezone') ?? 'UTC',
    withheld: `withheld: fewer than ${show(own(query, 'k_value') ?? 'k')} persons`,
    device: `mds/${feedName(input)}`,
  }
  const out = new Collector()
  for (const [index, row] of rows.entries()) {
    if (out.full) break
    if (Array.isArray(row)) readRow(row, `rows[${index}]`, table, input, out)
    else out.problem(`rows[${index}]`, 'wrong_shape', `expected an array, not ${show(row)}`)
  }
  return out.finish('no rows')
}

type Table = { columns: Column[]; start: number; zone: string; withheld: string; device: string }

function readRow(row: readonly unknown[], at: string, table: Table, input: Input, out: Collector): void {
  const stamp = row[table.start]
  const time = typeof stamp === 'string' ? readTimeIn(stamp, { ...input, timeZone: table.zone }) : undefined
  if (!time) {
    out.problem(`${at}.${START}`, 'bad_time', `${show(stamp)} is not a time`)
    return
  }
  const base: Base = { device: table.device, ...time }
  const channel = clip(
    row.filter((cell, i) => i !== table.start && table.columns[i]?.kind === 'dimension' && isPlain(cell)).join('.'),
    60,
  )
  for (const [i, { name, kind }] of table.columns.entries()) {
    const value = row[i]
    if (kind !== 'measure' || value === null || value === undefined) continue
    const meaning = mappingOf(input.source, name, name) ?? measure(name)
    if (value === -1) out.problem(`${at}.${clip(name)}`, 'bad_value', table.withheld)
    else if (!meaning) unmapped(out, `${at}.${clip(name)}`, name, value)
    else
      addReading(
        out,
        base,
        { ...meaning, channel: [meaning.channel, channel].filter(Boolean).join('.') },
        value,
        `${at}.${clip(name)}`,
      )
  }
}

const isPlain = (cell: unknown): boolean => typeof cell === 'string' || typeof cell === 'number'

/** An invalid zone in a query must not make the message fail. */
function readTimeIn(stamp: string, arrival: Arrival): Stated | undefined {
  try {
    return readStated(stamp, arrival, 'hourly')
  } catch {
    return undefined
  }
}

/** Mean numbers of vehicles on the street, of an operator in total or by state. */
const measure = (name: string): Meaning | undefined => {
  if (/(?:^|\.)deployed\.avg$/.test(name)) return { property: 'vehicles_available', channel: 'deployed' }
  return /(?:^|\.)available\.avg$/.test(name) ? { property: 'vehicles_available' } : undefined
}
