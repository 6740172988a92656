import { isUtf8 } from 'node:buffer'
import type { Source } from '#model/city/city-pack.ts'
import { parseJson } from '#model/text/lenient-json.ts'
import type { DecodingContext } from './decoding-context.ts'
import type { Input, Message } from './types.ts'

/** A message with text and JSON, each parsed once, when a decoder first uses it. */
export function openMessage(message: Message, source: Source, timeZone: string, context?: DecodingContext): Input {
  return new OpenedMessage(message, source, source.timeZone ?? timeZone, context)
}

class OpenedMessage implements Input {
  readonly topic: string
  readonly levels: readonly string[]
  readonly bytes: Uint8Array
  readonly receivedAt: Date
  readonly retained: boolean
  readonly source: Source
  readonly timeZone: string
  readonly context: DecodingContext | undefined
  #text: string | undefined
  #json: unknown
  #parsed = false

  constructor(
    { topic, payload, receivedAt, retain = false }: Message,
    source: Source,
    timeZone: string,
    context: DecodingContext | undefined,
  ) {
    this.topic = topic
    this.levels = topic.split('/')
    this.bytes = payload
    this.receivedAt = receivedAt
    this.retained = retain
    this.source = source
    this.timeZone = timeZone
    this.context = context
  }

  get text(): string {
    if (this.#text === undefined) {
      this.#text = textOf(Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength))
    }
    return this.#text
  }

  get json(): unknown {
    if (!this.#parsed) {
      this.#json = parseJson(this.text)
      this.#parsed = true
    }
    return this.#json
  }
}

const NUL = 0
const BYTE_ORDER_MARK = 0xfeff

/**
 * Text as UTF-8, without a byte order mark and without the trailing NUL of a C string, which some firmware sends.
 */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  let start = 0
  while (text.charCodeAt(start) === BYTE_ORDER_MARK) start += 1
  let end = text.length
  for (let at = end - 1; at >= start; at -= 1) {
    const code = text.charCodeAt(at)
    if (code === NUL || code === BYTE_ORDER_MARK) end = at
    else if (!isBlank(code)) break
  }
  return text.slice(start, end)
}
const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)

/** Readable reason why a payload is not JSON. */
export function notJson(input: Input): string {
  if (input.bytes.length === 0) return 'the payload is empty'
  if (!isUtf8(input.bytes)) return 'the payload is not UTF-8 text'
  return `the payload is not JSON: ${clip(input.text)}`
}

/** The start of a text, for messages. */
export const clip = (text: string, length = 60): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`

/** A value as text for messages; nested values are only named, however deep a hostile payload nests them. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${clip(value)}"`
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}
