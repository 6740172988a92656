/**
 * Text as it is stored: well-formed Unicode without control characters.
 *
 * A JSON string may hold half of a surrogate pair (RFC 8259, 8.2) and U+0000. PostgreSQL stores neither (its
 * documentation, 8.3 and 8.14): what it returns differs from what it was given, or it refuses the statement. Both would
 * make a name that is looked up differ from the one that was stored. Control characters in names are transmission errors
 * and a way to forge lines in terminals and files.
 *
 * Names are not normalised to NFC: MQTT compares topics code point by code point [MQTT-4.7.3-4], and so do we.
 */
const CONTROL = /\p{Cc}/u
const EVERY_CONTROL = /\p{Cc}/gu
const REPLACEMENT = '\u{fffd}'

export function plainText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return CONTROL.test(wellFormed) ? wellFormed.replace(EVERY_CONTROL, REPLACEMENT) : wellFormed
}

/** At most `limit` UTF-16 code units of it, without half a surrogate pair at the end. */
export const plainStart = (text: string, limit: number): string => plainText(text.slice(0, limit))

/**
 * Longest name of a device, a channel or a field, in UTF-16 code units: names are indexed, and an entry of a PostgreSQL
 * B-tree holds 2,704 bytes.
 */
export const MAX_NAME_LENGTH = 256
/** Longest topic that is read, in bytes of UTF-8: topics are indexed too. MQTT allows 65,535. */
export const MAX_TOPIC_BYTES = 1_024

const ESCAPE = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([0-9a-fA-F]{4})|[^u])/gs

/**
 * JSON text whose strings and keys will be storable once parsed: escapes of single surrogates and of control characters
 * other than tab and line breaks become U+FFFD. Done on the text, so that nested values need no recursion.
 */
export function withPlainEscapes(json: string): string {
  if (!json.includes('\\')) return json
  return json.replace(ESCAPE, (sequence: string, hex: string | undefined) => {
    if (hex === undefined) return sequence === '\\b' || sequence === '\\f' ? '\\ufffd' : sequence
    const code = Number.parseInt(hex, 16)
    const isLineOrTab = code === 0x09 || code === 0x0a || code === 0x0d
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0)
    const isSurrogate = code >= 0xd800 && code < 0xe000
    return (isControl && !isLineOrTab) || isSurrogate ? '\\ufffd' : sequence
  })
}
