/**
 * Frames of the PostgreSQL wire protocol, version 3 (PostgreSQL manual, "Frontend/Backend Protocol").
 *
 * A frame is one type byte, a 32-bit big-endian length that counts itself, and the body. The first packet of a
 * connection has no type byte. Only what the embedded database has to read or say itself is here.
 */

/** Type bytes of the messages that are distinguished here. */
export const FRONTEND = {
  bind: 0x42, // B
  close: 0x43, // C
  describe: 0x44, // D
  execute: 0x45, // E
  functionCall: 0x46, // F
  flush: 0x48, // H
  parse: 0x50, // P
  query: 0x51, // Q
  sync: 0x53, // S
  terminate: 0x58, // X
  copyData: 0x64, // d
  copyDone: 0x63, // c
  copyFail: 0x66, // f
} as const

export const STARTUP = { protocol3: 196_608, cancel: 80_877_102, ssl: 80_877_103, gss: 80_877_104 } as const

/** Transaction status that ReadyForQuery carries: idle, in a transaction, in a failed transaction. */
export type Status = 'I' | 'T' | 'E'

const text = (value: string) => Buffer.from(`${value}\0`, 'utf8')

const int32 = (value: number) => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** One frame from its type letter and the parts of its body. */
export function frame(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(body.length + 4), body])
}

export const simpleQuery = (sql: string) => frame('Q', text(sql))
export const syncFrame = frame('S')
export const closeStatement = (name: string) => frame('C', Buffer.from('S'), text(name))

export const readyForQuery = (status: Status) => frame('Z', Buffer.from(status))
export const authenticationOk = frame('R', int32(0))
export const parameterStatus = (name: string, value: string) => frame('S', text(name), text(value))
export const backendKey = (id: number, secret: number) => frame('K', int32(id), int32(secret))

export interface ErrorFields {
  severity: 'ERROR' | 'FATAL'
  code: string
  message: string
  hint?: string | undefined
}

/** ErrorResponse as a server would write it. `code` is an SQLSTATE. */
export function errorResponse({ severity, code, message, hint }: ErrorFields): Buffer {
  const fields = [text(`S${severity}`), text(`V${severity}`), text(`C${code}`), text(`M${message}`)]
  if (hint) fields.push(text(`H${hint}`))
  return frame('E', ...fields, Buffer.from([0]))
}

/** The string that starts at `offset` and ends before the next zero byte, and where the next field starts. */
export function readString(bytes: Buffer, offset: number): { value: string; next: number } {
  const end = bytes.indexOf(0, offset)
  if (end < 0) return { value: bytes.toString('utf8', offset), next: bytes.length }
  return { value: bytes.toString('utf8', offset, end), next: end + 1 }
}

/** The same frame with the string at `offset` (inside the frame) replaced. */
export function replaceString(source: Buffer, offset: number, value: string): Buffer {
  const { next } = readString(source, offset)
  const changed = Buffer.concat([source.subarray(0, offset), text(value), source.subarray(next)])
  changed.writeInt32BE(changed.length - 1, 1)
  return changed
}

/** Key and value pairs of a startup packet (without its length and version). */
export function readStartup(body: Buffer): Map<string, string> {
  const parameters = new Map<string, string>()
  let offset = 0
  while (offset < body.length && body[offset] !== 0) {
    const key = readString(body, offset)
    const value = readString(body, key.next)
    parameters.set(key.value, value.value)
    offset = value.next
  }
  return parameters
}

/** Walks the complete frames of a response. Bodies are views, not copies. */
export function* frames(response: Buffer): Generator<{ type: string; body: Buffer; start: number; end: number }> {
  let start = 0
  while (start + 5 <= response.length) {
    const end = start + 1 + response.readInt32BE(start + 1)
    if (end > response.length) return
    yield { type: String.fromCharCode(response[start] ?? 0), body: response.subarray(start + 5, end), start, end }
    start = end
  }
}

/** Columns of each DataRow of a response, as text; for the few queries asked here. */
export function readRows(response: Buffer): (string | null)[][] {
  const rows: (string | null)[][] = []
  for (const { type, body } of frames(response)) {
    if (type !== 'D') continue
    const row: (string | null)[] = []
    let offset = 2
    for (let column = body.readInt16BE(0); column > 0; column--) {
      const length = body.readInt32BE(offset)
      offset += 4
      row.push(length < 0 ? null : body.toString('utf8', offset, offset + length))
      offset += Math.max(length, 0)
    }
    rows.push(row)
  }
  return rows
}

/** SQLSTATE and message of the first ErrorResponse, if there is one. */
export function readError(response: Buffer): { code: string; message: string } | undefined {
  for (const { type, body } of frames(response)) {
    if (type !== 'E') continue
    const fields = new Map<string, string>()
    let offset = 0
    while (offset < body.length && body[offset] !== 0) {
      const field = readString(body, offset + 1)
      fields.set(String.fromCharCode(body[offset] ?? 0), field.value)
      offset = field.next
    }
    return { code: fields.get('C') ?? 'XX000', message: fields.get('M') ?? 'unknown error' }
  }
  return undefined
}
