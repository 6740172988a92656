import type { PayloadMapping } from '#model/city/payload-mapping.ts'
import { parseCsv } from '../helpers/csv.ts'
import { clip, notJson, parseJson } from '../helpers/input.ts'
import { MAX_SAMPLES, reject } from '../helpers/result.ts'
import type { Decoded, Input } from '../helpers/types.ts'
import { parseInflux } from './influx.ts'

/** The messages in a payload: one of JSON, one per line of the others. */
export type Opened = { readonly roots: readonly unknown[] } | { readonly refused: Decoded }
const refuse = (...args: Parameters<typeof reject>): Opened => ({ refused: reject(...args) })

export function openPayload(input: Input, { encoding, csv }: PayloadMapping): Opened {
  const opened = open(input, encoding, csv)
  if ('roots' in opened && opened.roots.length > MAX_SAMPLES)
    return refuse('too_large', `more than ${MAX_SAMPLES} records in one message`)
  return opened
}

function open(input: Input, encoding: PayloadMapping['encoding'], csv: PayloadMapping['csv']): Opened {
  switch (encoding) {
    case 'json':
      if (input.json === undefined) return refuse('not_json', notJson(input))
      return { roots: Array.isArray(input.json) ? input.json : [input.json] }
    case 'ndjson':
      return eachLine(input)
    case 'csv':
      return table(input, csv)
    case 'influx': {
      const lines = parseInflux(input.text)
      return 'problem' in lines ? refuse('wrong_shape', lines.problem) : { roots: lines.records }
    }
    case 'value':
      // one value per topic: its name is the last level
      return { roots: [{ [input.levels.at(-1) ?? 'value']: input.json ?? input.text.trim() }] }
  }
}

function eachLine(input: Input): Opened {
  const lines = input.text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length > MAX_SAMPLES) return refuse('too_large', `more than ${MAX_SAMPLES} lines in one message`)
  const roots: unknown[] = []
  for (const [index, line] of lines.entries()) {
    const json = parseJson(line.trim())
    if (json === undefined) return refuse('not_json', `line ${index + 1} is not JSON: ${clip(line)}`)
    roots.push(json)
  }
  return roots.length === 0 ? refuse('not_json', notJson(input)) : { roots }
}

function table(input: Input, csv: PayloadMapping['csv']): Opened {
  const rows = parseCsv(input.text, csv?.delimiter)
  const columns = csv?.columns ?? rows.shift()?.map((name) => name.trim())
  if (!columns || rows.length === 0) return refuse('wrong_shape', 'the table has no rows')
  return {
    roots: rows.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at]?.trim() ?? '']))),
  }
}
