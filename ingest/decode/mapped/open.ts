import type { PayloadMapping } from '#model/city/payload-mapping.ts'
import { rootsOf } from '#model/city/payload-roots.ts'
import { parseJson } from '#model/text/lenient-json.ts'
import { notJson } from '../helpers/input.ts'
import { reject } from '../helpers/result.ts'
import type { Decoded, Input } from '../helpers/types.ts'

/** The messages in a payload, or why it has none. */
export type Opened = { readonly roots: readonly unknown[] } | { readonly refused: Decoded }

export function openPayload(input: Input, mapping: PayloadMapping): Opened {
  const { levels, text } = input
  // the text of the message itself is parsed once
  const parse = (part: string): unknown => (part === text ? input.json : parseJson(part))
  const opened = rootsOf({ text, levels, parse }, mapping)
  if ('roots' in opened) return opened
  const detail = mapping.encoding === 'json' ? notJson(input) : opened.problem
  return { refused: reject(opened.reason, opened.reason === 'not_json' ? detail : opened.problem) }
}
