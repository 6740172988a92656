import { withPlainEscapes } from './storable-text.ts'

const MAY_BE_JSON = /^[ \t\r\n]*[[{"\-\dtfn]/

/**
 * JSON, or undefined. Bare nan and inf, which C and Python firmware prints, become the string "nan"; characters that
 * cannot be stored become U+FFFD (model/text/storable-text.ts).
 */
export function parseJson(json: string): unknown {
  // Text that cannot be JSON by its first character is not parsed: an exception costs more than most decoders.
  if (!MAY_BE_JSON.test(json)) return undefined
  const text = withPlainEscapes(json)
  try {
    return JSON.parse(text)
  } catch {
    const repaired = quoteNan(text)
    return repaired === undefined ? undefined : parseStrict(repaired)
  }
}

function parseStrict(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const BARE_NAN = /[-+]?(?:nan|inf(?:inity)?)(?=[\s,}\]])/iy

/**
 * Replaces bare nan and inf outside strings by "nan"; undefined when there is none. One pass without a regular
 * expression, which would backtrack over unterminated strings and need seconds for a hostile payload.
 */
function quoteNan(text: string): string | undefined {
  if (!/nan|inf/i.test(text)) return undefined
  let out = ''
  let copied = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfString(text, at)
    if (char !== ':' && char !== ',' && char !== '[') continue
    const start = skipBlanks(text, at + 1)
    const end = endOfNan(text, start)
    if (end === -1) continue
    out += `${text.slice(copied, start)}"nan"`
    copied = end
    at = end - 1
  }
  return copied === 0 ? undefined : out + text.slice(copied)
}

function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function endOfNan(text: string, start: number): number {
  if (!'nNiI+-'.includes(text[start] ?? ' ')) return -1
  BARE_NAN.lastIndex = start
  return BARE_NAN.test(text) ? BARE_NAN.lastIndex : -1
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}
