/**
 * Cuts over-long PUBLISH packets short while their bytes pass by, so that a payload of 100 MB never exists in memory.
 * MQTT 5's Maximum Packet Size would do it too, but a broker drops what is above it without a word [MQTT-3.1.2-25];
 * here the message arrives, as its first bytes, and is rejected where everyone can see it.
 *
 *     frame   --complete header of a short packet--> pass its bytes --> frame
 *     frame   --PUBLISH longer than the limit-->     collect
 *     collect --topic, identifier, limit + 1 bytes-> skip (the shortened packet is emitted)
 *     skip    --the rest of the packet has passed--> frame
 *
 * A payload above the limit arrives as limit + 1 bytes, which no other one has; `takeFullLength()` then says how long it
 * was, in the order of arrival.
 */
const PUBLISH = 3

export class FrameGuard {
  readonly #limit: number
  readonly #version: 4 | 5
  readonly #fullLengths: number[] = []
  /** bytes of a fixed header that a chunk border has cut */
  #held: Buffer = Buffer.alloc(0)
  #pass = 0
  #skip = 0
  #collect: { firstByte: number; length: number; chunks: Buffer[]; have: number } | undefined

  constructor(payloadLimit: number, version: 4 | 5) {
    this.#limit = payloadLimit
    this.#version = version
  }

  isCut(payload: Uint8Array): boolean {
    return payload.length === this.#limit + 1
  }

  /** Length in bytes of the payload of the oldest cut packet that was not asked for yet. */
  takeFullLength(): number {
    return this.#fullLengths.shift() ?? this.#limit + 1
  }

  /** What may go on, in order. */
  push(incoming: Buffer): Buffer[] {
    const chunk = this.#held.length > 0 ? Buffer.concat([this.#held, incoming]) : incoming
    this.#held = Buffer.alloc(0)
    const out: Buffer[] = []
    let from = 0
    let at = 0
    const emit = (until: number): void => {
      if (until > from) out.push(from === 0 && until === chunk.length ? chunk : chunk.subarray(from, until))
    }
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const n = Math.min(this.#skip, chunk.length - at)
        this.#skip -= n
        at += n
        from = at
        continue
      }
      if (this.#collect) {
        at = this.#gather(chunk, at, out)
        from = at
        continue
      }
      if (this.#pass > 0) {
        const n = Math.min(this.#pass, chunk.length - at)
        this.#pass -= n
        at += n
        continue
      }
      const header = readFixedHeader(chunk, at)
      if (!header) {
        emit(at)
        this.#held = Buffer.from(chunk.subarray(at))
        return out
      }
      if (header.type === PUBLISH && header.length > this.#limit) {
        emit(at)
        this.#collect = { firstByte: chunk[at] ?? 0, length: header.length, chunks: [], have: 0 }
        at += header.size
        from = at
        continue
      }
      this.#pass = header.length
      at += header.size
    }
    emit(at)
    return out
  }

  #gather(chunk: Buffer, at: number, out: Buffer[]): number {
    const collect = this.#collect
    if (!collect) return at
    const n = Math.min(chunk.length - at, collect.length - collect.have)
    collect.chunks.push(Buffer.from(chunk.subarray(at, at + n)))
    collect.have += n
    const body = Buffer.concat(collect.chunks)
    collect.chunks = [body]
    const head = variableHeaderLength(body, collect.firstByte, this.#version)
    const keep = head === undefined ? undefined : Math.min(head + this.#limit + 1, collect.length)
    if (head === undefined || keep === undefined || collect.have < keep) return at + n
    this.#collect = undefined
    const rest = collect.length - collect.have
    out.push(fixedHeader(collect.firstByte, keep), body.subarray(0, keep))
    if (collect.length - head > this.#limit) this.#fullLengths.push(collect.length - head)
    this.#skip = rest
    return at + n
  }
}

type FixedHeader = { type: number; length: number; size: number }

/** MQTT 3.1.1, 2.2.3: up to four bytes of seven bits, lowest first. Undefined when the chunk ends within it. */
function readFixedHeader(bytes: Buffer, at: number): FixedHeader | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  let length = 0
  for (let i = 0; i < 4; i += 1) {
    const byte = bytes[at + 1 + i]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 128 ** i
    if ((byte & 0x80) === 0) return { type: first >> 4, length, size: i + 2 }
  }
  // A fifth length byte is malformed: the parser behind us closes the connection over it.
  return { type: 0, length: 0, size: 5 }
}

/** Bytes before the payload of a PUBLISH, or undefined while they are not all there. */
function variableHeaderLength(body: Buffer, firstByte: number, version: 4 | 5): number | undefined {
  if (body.length < 2) return undefined
  const qos = (firstByte >> 1) & 3
  const fixed = 2 + body.readUInt16BE(0) + (qos > 0 ? 2 : 0)
  if (version === 4) return body.length < fixed ? undefined : fixed
  // properties: a length of the same form as the fixed header's, then so many bytes
  const properties = readFixedHeader(body, fixed - 1)
  if (!properties) return undefined
  const head = fixed + properties.size - 1 + properties.length
  return body.length < head ? undefined : head
}

function fixedHeader(firstByte: number, length: number): Buffer {
  const bytes = [firstByte]
  let rest = length
  do {
    const digit = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? digit | 0x80 : digit)
  } while (rest > 0)
  return Buffer.from(bytes)
}
