/**
 * What the broker's journal looks like on disk: a mark, then records one after the other.
 *
 *     record   length of the body (4 bytes), CRC-32 of the body (4), body
 *     body     kind (1), number of the message (6), then
 *              message:       time in ms (6), QoS (1), clients (2), each client id and the topic with their length (2), payload
 *              acknowledged:  the client id; empty: by every client
 *
 * Integers are big endian. A message for several clients is acknowledged by each of them.
 */
import { createReadStream } from 'node:fs'
import { crc32 } from 'node:zlib'

/** A message that one or more clients have not acknowledged yet. */
export interface PendingMessage {
  number: number
  /** When it was accepted, in milliseconds since 1970. */
  at: number
  topic: string
  payload: Buffer
  qos: number
  /** Clients that have not acknowledged it. */
  clients: Set<string>
}

export type JournalRecord = { message: PendingMessage } | { acknowledged: number; clientId: string }

/** First bytes of the file; the digit is the version of this format. */
export const MARK = Buffer.from('citywell broker journal 1\n')

const MESSAGE = 1
const ACKNOWLEDGED = 2
const HEAD = 8
const NUMBER_AT = HEAD + 1
const CHUNK = 1 << 20
/** A packet has 256 MB at most (MQTT 3.1.1, 2.2.3); the client ids come on top. */
const LONGEST = 2 ** 28 + 2 ** 24

export function encodeMessage({ number, at, topic, payload, qos, clients }: PendingMessage): Buffer {
  const texts = [...clients, topic].map((text) => Buffer.from(text))
  const textBytes = texts.reduce((sum, text) => sum + 2 + text.length, 0)
  const record = Buffer.allocUnsafe(NUMBER_AT + 6 + 6 + 1 + 2 + textBytes + payload.length)
  record[HEAD] = MESSAGE
  let end = record.writeUIntBE(number, NUMBER_AT, 6)
  end = record.writeUIntBE(at, end, 6)
  end = record.writeUInt8(qos, end)
  end = record.writeUInt16BE(clients.size, end)
  for (const text of texts) {
    end = record.writeUInt16BE(text.length, end)
    end += text.copy(record, end)
  }
  payload.copy(record, end)
  return seal(record)
}

/** @param clientId empty: every client has acknowledged it */
export function encodeAcknowledged(number: number, clientId: string): Buffer {
  const record = Buffer.allocUnsafe(NUMBER_AT + 6 + Buffer.byteLength(clientId))
  record[HEAD] = ACKNOWLEDGED
  record.writeUIntBE(number, NUMBER_AT, 6)
  record.write(clientId, NUMBER_AT + 6)
  return seal(record)
}

function seal(record: Buffer): Buffer {
  record.writeUInt32BE(record.length - HEAD, 0)
  record.writeUInt32BE(crc32(record.subarray(HEAD)), 4)
  return record
}

/** How the reading ended: `torn` is a record that was being written, `damaged` one that was complete once. */
export type JournalEnd = { state: 'complete' | 'torn' | 'damaged'; offset: number }

/** Reads the file from its start. Stops at the first record that is not whole. Throws what the file system throws. */
export async function readRecords(path: string, onRecord: (record: JournalRecord) => void): Promise<JournalEnd> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (offset === 0) {
      if (rest.length < MARK.length) continue
      if (!rest.subarray(0, MARK.length).equals(MARK)) return { state: 'damaged', offset }
      offset = MARK.length
      rest = rest.subarray(offset)
    }
    const { used, damaged } = readWhole(rest, onRecord)
    offset += used
    rest = rest.subarray(used)
    if (damaged) return { state: 'damaged', offset }
  }
  return { state: rest.length > 0 ? 'torn' : 'complete', offset }
}

/** Reads the complete records; returns where the next one starts. */
function readWhole(bytes: Buffer, onRecord: (record: JournalRecord) => void): { used: number; damaged: boolean } {
  let used = 0
  while (bytes.length - used >= HEAD) {
    const end = used + HEAD + bytes.readUInt32BE(used)
    if (end - used > LONGEST) return { used, damaged: true }
    if (end > bytes.length) break
    const body = bytes.subarray(used + HEAD, end)
    const record = crc32(body) === bytes.readUInt32BE(used + 4) ? decode(body) : undefined
    if (!record) return { used, damaged: true }
    onRecord(record)
    used = end
  }
  return { used, damaged: false }
}

/** Undefined: not a record of this format. */
function decode(body: Buffer): JournalRecord | undefined {
  if (body.length < 7) return undefined
  const number = body.readUIntBE(1, 6)
  if (body[0] === ACKNOWLEDGED) return { acknowledged: number, clientId: body.toString('utf8', 7) }
  if (body[0] !== MESSAGE || body.length < 16) return undefined
  let end = 16
  const text = () => {
    const start = end + 2
    end = start + body.readUInt16BE(end)
    return body.toString('utf8', start, end)
  }
  const clients = new Set(Array.from({ length: body.readUInt16BE(14) }, text))
  const topic = text()
  // a copy: a part of the buffer would keep the whole buffer in memory
  const payload = Buffer.from(body.subarray(end))
  return { message: { number, at: body.readUIntBE(7, 6), topic, payload, qos: body[13] ?? 1, clients } }
}
