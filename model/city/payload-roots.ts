import { parseCsv } from '../text/csv.ts'
import { parseInflux } from '../text/influx.ts'
import { parsePayloadPath, type Step } from '../text/payload-path.ts'
import { parseXml } from '../text/xml.ts'
import type { PayloadMapping } from './payload-mapping.ts'

/** A payload before it is read by its encoding. `parse` reads JSON; undefined for what is none. */
export type RawPayload = {
  readonly text: string
  /** of its topic */
  readonly levels: readonly string[]
  readonly parse: (text: string) => unknown
}
export type Encoding = Pick<PayloadMapping, 'encoding' | 'csv' | 'value' | 'columns'>
/** The messages in a payload: one of JSON, one per line of others. */
export type Roots =
  | { readonly roots: readonly unknown[] }
  | { readonly problem: string; readonly reason: 'not_json' | 'wrong_shape' | 'too_large' }

/** With more the payload is refused. */
export const MAX_ROOTS = 10_000

export function rootsOf(payload: RawPayload, encoding: Encoding): Roots {
  const read = READERS[encoding.encoding](payload, encoding)
  if ('problem' in read) return read
  if (read.roots.length > MAX_ROOTS) return tooMany(MAX_ROOTS)
  const { columns } = encoding
  return columns === undefined ? read : { roots: read.roots.map((root) => withRows(root, columns)) }
}

const tooMany = (limit: number): Roots => ({
  reason: 'too_large',
  problem: `more than ${limit} records in one message`,
})
const wrongShape = (problem: string): Roots => ({ reason: 'wrong_shape', problem })
const notJson = (problem: string): Roots => ({ reason: 'not_json', problem })

const READERS: Readonly<Record<Encoding['encoding'], (payload: RawPayload, encoding: Encoding) => Roots>> = {
  json: ({ text, parse }) => {
    const json = parse(text)
    if (json === undefined) return notJson('the payload is not JSON')
    return { roots: Array.isArray(json) ? json : [json] }
  },
  ndjson: ({ text, parse }) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length > MAX_ROOTS) return tooMany(MAX_ROOTS)
    const roots = lines.map((line) => parse(line.trim()))
    const wrong = roots.indexOf(undefined)
    if (wrong !== -1) return notJson(`line ${wrong + 1} is not JSON: ${lines[wrong]?.slice(0, 60)}`)
    return roots.length === 0 ? notJson('the payload is not JSON') : { roots }
  },
  csv: ({ text }, { csv }) => {
    const rows = parseCsv(text, csv?.delimiter)
    const columns = csv?.columns ?? rows.shift()?.map((name) => name.trim())
    if (!columns || rows.length === 0) return wrongShape('the table has no rows')
    return {
      roots: rows.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at]?.trim() ?? '']))),
    }
  },
  influx: ({ text }) => {
    const lines = parseInflux(text)
    return 'problem' in lines ? wrongShape(lines.problem) : { roots: lines.records }
  },
  form: ({ text }) => {
    const fields = new URLSearchParams(text.trim())
    if (!text.includes('=')) return wrongShape('the payload is no form: it has no name=value')
    return { roots: [Object.fromEntries(fields)] }
  },
  xml: ({ text }) => {
    const document = parseXml(text)
    return 'problem' in document ? wrongShape(document.problem) : { roots: [document.root] }
  },
  value: ({ text, levels, parse }, { value }) => {
    const names = levels.slice(indexOf(value?.from ?? -1, levels), indexOf(value?.to ?? -1, levels) + 1)
    if (names.length === 0) return wrongShape('the topic has no level that names the value')
    return { roots: [names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), parse(text) ?? text.trim())] }
  },
}

/** Index of a level that is counted from 1, or from the end as -1. */
export const indexOf = (level: number, { length }: readonly string[]): number =>
  Math.max(0, level > 0 ? level - 1 : length + level)

/** Where the object at a path has columns, `{ "time": [1, 2], "t": [20, 21] }`, the list of its rows. */
function withRows(root: unknown, path: string): unknown {
  const read = parsePayloadPath(path)
  return 'steps' in read ? replaceAt(root, read.steps) : root
}

function replaceAt(value: unknown, [step, ...more]: readonly Step[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (!step) return rowsOf(value as Readonly<Record<string, unknown>>)
  if (!('key' in step) || !Object.hasOwn(value, step.key)) return value
  return { ...value, [step.key]: replaceAt((value as Readonly<Record<string, unknown>>)[step.key], more) }
}

function rowsOf(columns: Readonly<Record<string, unknown>>): unknown {
  const lists = Object.entries(columns).flatMap(([name, list]): [string, readonly unknown[]][] =>
    Array.isArray(list) ? [[name, list.slice(0, MAX_ROOTS + 1)]] : [],
  )
  const single = Object.fromEntries(Object.entries(columns).filter(([, list]) => !Array.isArray(list)))
  const length = Math.max(Object.keys(single).length > 0 ? 1 : 0, ...lists.map(([, list]) => list.length))
  const row = (at: number): object => Object.fromEntries(lists.map(([name, list]) => [name, list[at]]))
  // what is no list belongs to no row, and is kept where it is seen
  return Array.from({ length }, (_, at) => (at === 0 ? { ...single, ...row(at) } : row(at)))
}
