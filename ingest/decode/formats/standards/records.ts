import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { type Head, isDomain, RECORD_KEYS, readObject, THING_KEY } from './native.ts'

/**
 * Rows of a table, as `npm run import` publishes them: an array of native objects, each with the key of its `thing` and,
 * where necessary, its `domain`. One message contains rows of many Things.
 */
export const records: Format = {
  name: 'records',
  claims: () => false,
  decode,
}

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  const rows = Array.isArray(json) ? json : [json]
  if (rows.length > MAX_SAMPLES) return reject('too_large', `more than ${MAX_SAMPLES} records in one message`)
  const out = new Collector()
  for (const [index, row] of rows.entries()) {
    const at = `[${index}]`
    const head = isObject(row) ? headOf(row) : `expected an object, not ${show(row)}`
    if (typeof head === 'string') out.problem(at, 'wrong_shape', head)
    else readObject(row, `${at}.`, head, input, out, RECORD_KEYS)
    if (out.full) break
  }
  return out.finish('no record has a property')
}

/** The Thing of a row, or why it is unknown. */
function headOf(row: JsonObject): Head | string {
  const thing = own(row, 'thing')
  if (typeof thing !== 'string' || !THING_KEY.test(thing))
    return `thing: ${show(thing)} is not a Thing key; allowed are letters, digits and _ . : -, at most 128`
  const domain = own(row, 'domain')
  if (domain === undefined) return { device: `key/${thing}` }
  if (typeof domain !== 'string' || !isDomain(domain)) return `domain: "${clip(String(domain))}" is not a domain`
  return { device: `key/${thing}`, domain }
}
