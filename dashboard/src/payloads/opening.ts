import { type Encoding, rootsOf } from '#model/city/payload-roots.ts'
import { parseCsv } from '#model/text/csv.ts'
import { parseJson } from '#model/text/lenient-json.ts'

/** A way to open a payload that works, and what is then in it. */
export type Opening = { readonly encoding: Encoding; readonly roots: readonly unknown[] }

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null
const MAX_VALUE_LENGTH = 256

/** By encoding, the most telling first: whether a text that it opens is likely to be meant so. */
const LIKELY: Readonly<Record<Encoding['encoding'], (text: string, roots: readonly unknown[]) => boolean>> = {
  json: (_, roots) => roots.some(isRecord),
  ndjson: (text, roots) => text.trim().includes('\n') && roots.every(isRecord),
  xml: (text) => text.trimStart().startsWith('<'),
  influx: () => true,
  form: (text) => /^[^\s=&]+=[^\s=&]*(&[^\s=&]+=[^\s=&]*)+$/.test(text.trim()),
  csv: (_, roots) => Object.keys(roots[0] ?? {}).length > 1,
  value: (text) => text.trim() !== '' && text.length <= MAX_VALUE_LENGTH && !text.trim().includes('\n'),
}
const ENCODINGS = Object.keys(LIKELY) as Encoding['encoding'][]

/** Every way in which the messages of a topic may be built, the most likely first. */
export function openingsOf(text: string, topic: string): Opening[] {
  return ENCODINGS.flatMap((encoding) => {
    const opening = open(text, topic, encoding === 'csv' ? csvOf(text) : { encoding })
    return opening && LIKELY[encoding](text, opening.roots) ? [opening] : []
  })
}

export function open(text: string, topic: string, encoding: Encoding): Opening | undefined {
  const read = rootsOf({ text, levels: topic.split('/'), parse: parseJson }, encoding)
  return 'roots' in read && read.roots.length > 0 ? { encoding, roots: read.roots } : undefined
}

/** A first line with a number is no line of names: columns are then numbered. */
function csvOf(text: string): Encoding {
  const [first = []] = parseCsv(text)
  return first.some((cell) => /^\s*[-+]?\d/.test(cell)) ? csvWithout(text) : { encoding: 'csv' }
}

/** A table without a line of names: columns c1, c2, … */
export function csvWithout(text: string): Encoding {
  const [first = []] = parseCsv(text)
  return { encoding: 'csv', csv: { columns: first.map((_, at) => `c${at + 1}`) } }
}
