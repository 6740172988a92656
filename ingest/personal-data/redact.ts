/**
 * Removes personal data from a payload that is stored (rejected, entirely or in part, or archived). Decoders do not read it
 * either, so a replay without it gives the same result. All other bytes stay unchanged, also in invalid JSON.
 *
 * The identifier of the device itself stays: it is the name of the Thing. Messages about devices of passers-by are rejected
 * (`personal_data`), and their payload is not stored at all.
 */
import { crcLine, telegramCrc } from '../decode/formats/meters/dsmr-crc.ts'
import { personalKind } from './personal-keys.ts'
import { personalSpans } from './redact-json.ts'

/** OBIS codes of numbers (96.1.0 to 96.1.3: of the meter, of what is connected to it, of the connection) and messages. */
const TELEGRAM_VALUE = /^(0-\d:96\.(?:1\.[0-3]|13\.\d)\()([^)\r\n]{1,2100})(?=\))/gm
const TELEGRAM_NAME = /^\/[^\r\n]{1,200}/

/** An e-mail address anywhere in the text. Bounded, so that no text takes more than one pass. */
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/g
/** `key=value` and `key: value` in text that is not JSON: forms, queries, headers, log lines. */
const PAIR = /(?<![\w.-])([\w.-]{1,40})(\s{0,5}[=:]\s{0,5})([^&;,\s"]{1,400})/g
const REMOVED = '(removed)'

type Payload = { readonly payload: Buffer; readonly fullBytes: number }

/** What is stored of a payload. Its length is then that of a complete one: only truncated payloads cannot be replayed. */
export function cleanPayload({ payload, fullBytes }: Payload): Payload {
  const clean = withoutPersonalData(payload)
  return { payload: clean, fullBytes: payload.length === fullBytes ? clean.length : fullBytes }
}

/** @returns the payload itself where nothing is removed */
export function withoutPersonalData(payload: Buffer): Buffer {
  if (isBinary(payload)) return payload
  // Conversion from and to latin1 preserves every byte, whatever the encoding of the text.
  const text = payload.toString('latin1')
  const clean = withoutAddresses(cleanText(text))
  return clean === text ? payload : Buffer.from(clean, 'latin1')
}

function cleanText(text: string): string {
  const first = /[^\s\0]/.exec(text.slice(text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0))?.[0]
  if (first === '/') return cleanTelegram(text)
  return first === '{' || first === '[' ? cleanJson(text) : cleanPairs(text)
}
/** In latin1. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf'

/** Binary payloads, which may contain any bytes. */
const isBinary = (payload: Buffer): boolean => CONTROL.test(payload.toString('latin1', 0, 64))
const CONTROL = /[^\t\n\r\x20-\xff]/

function cleanJson(text: string): string {
  const dialect = {
    uniqueIdIsPersonal: /"(smr_version|energy_import_kwh)"/.test(text),
    macIsDevice: text.includes('"wifi_sta"'),
  }
  let clean = ''
  let done = 0
  for (const { from, to, replacement } of personalSpans(text, dialect).sort((a, b) => a.from - b.from)) {
    if (from < done) continue // within a removed one
    clean += text.slice(done, from) + replacement
    done = to
  }
  return clean + text.slice(done)
}

const cleanPairs = (text: string): string =>
  text.replace(PAIR, (pair, key: string, separator: string) => {
    const kind = personalKind(key)
    return kind === 'always' || kind === 'of_person' ? `${key}${separator}${REMOVED}` : pair
  })

const withoutAddresses = (text: string): string => (text.includes('@') ? text.replace(EMAIL, REMOVED) : text)

/** Replaces numbers by zeros of the same length; a checksum that was valid is recomputed. */
function cleanTelegram(text: string): string {
  const clean = text
    .replace(TELEGRAM_NAME, (name) => name.replace(/\d{6,}/g, (digits) => '0'.repeat(digits.length)))
    .replace(TELEGRAM_VALUE, (_, code: string, value: string) => code + '0'.repeat(value.length))
  const crc = crcLine(text)
  if (clean === text || !crc || telegramCrc(text.slice(0, crc.at)) !== crc.value) return clean
  const right = telegramCrc(clean.slice(0, crc.at)).toString(16).toUpperCase().padStart(4, '0')
  return clean.slice(0, crc.at) + right + clean.slice(crc.at + 4)
}
