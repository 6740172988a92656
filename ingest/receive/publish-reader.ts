/**
 * Takes the PUBLISH packets out of the data that a broker sends; all other packets go to the MQTT client.
 *
 *     packet  --PUBLISH, complete-->                                  passed on, then packet
 *     packet  --PUBLISH longer than the limit, that much received-->  passed on truncated, then rest (discarded)
 *     packet  --a type that brokers must not send-->                  rest (discarded)
 *     packet  --any other type-->                                     rest (to the client)
 *     rest    --last byte received-->                                 packet
 *     any     --`onPublish` returns false-->                          stopped; data not parsed yet is kept
 *     stopped --resume()-->                                           packet
 *
 * A payload of 100 MB never exists in memory: what exceeds the limit is discarded while it is received. MQTT 5's Maximum
 * Packet Size would do the same, but a broker drops longer packets silently [MQTT-3.1.2-25]; here the message arrives
 * truncated and is rejected where everyone can see it.
 *
 * A broker that violates MQTT must not stop the city: closing the connection over a packet makes the broker send it
 * again after every reconnect. So a message delivered at a QoS that was not granted is accepted, and a PUBLISH that cannot
 * be parsed is passed on as `malformed`, to be rejected and acknowledged. Only an invalid packet length ends the
 * connection, because the start of the next packet is unknown.
 */
export type Publish = {
  readonly topic: string
  /** the payload, or its first bytes where it exceeds the limit */
  readonly payload: Buffer
  readonly fullBytes: number
  /** undefined at QoS 0 */
  readonly messageId: number | undefined
  /** decides the acknowledgement: PUBACK at 1, PUBREC at 2; some brokers send 2 although 1 was requested */
  readonly qos: Qos
  readonly dup: boolean
  readonly retain: boolean
  /** how it violates MQTT; `payload` is then the entire packet, truncated at the limit */
  readonly malformed?: string
}
export type Qos = 0 | 1 | 2

export type PublishReaderOptions = {
  /** bytes of a payload that are read; one more of a longer payload */
  readonly payloadLimit: number
  readonly version: 4 | 5
  /** @returns whether to continue reading */
  readonly onPublish: (publish: Publish) => boolean
}

const PUBLISH = 3
/** Reserved (0), CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ: the MQTT client would close the connection. */
const CLIENT_ONLY_TYPES = new Set([0, 1, 8, 10, 12])
/** AUTH, which MQTT 3.1.1 does not define */
const AUTH = 15
/** The longest topic (64 KiB) and as many bytes of properties. */
const MAX_HEADER_BYTES = 128 * 1024
const EMPTY = Buffer.alloc(0)

export class PublishReader {
  readonly #options: PublishReaderOptions
  #chunks: Buffer[] = []
  #length = 0
  /** bytes needed before parsing can continue */
  #need = 1
  /** bytes of the current packet still to be received, and whether they go to the client */
  #rest = 0
  #restForClient = false
  #stopped = false

  constructor(options: PublishReaderOptions) {
    this.#options = options
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** @returns the bytes of all other packets, in order */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    return this.#read()
  }

  /** Continues with the data received before `onPublish` returned false. Returns the same as `push`. */
  resume(): Buffer[] {
    this.#stopped = false
    return this.#read()
  }

  #read(): Buffer[] {
    const others: Buffer[] = []
    if (this.#stopped || this.#length < this.#need) return others
    const [first = EMPTY] = this.#chunks
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first
    this.#need = 1
    let at = 0
    while (at < bytes.length && !this.#stopped) {
      const next = this.#rest > 0 ? this.#passRest(bytes, at, others) : this.#readPacket(bytes, at)
      if (next === at && this.#rest === 0) break
      at = next
    }
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : []
    this.#length = bytes.length - at
    return others
  }

  #passRest(bytes: Buffer, at: number, others: Buffer[]): number {
    const end = Math.min(at + this.#rest, bytes.length)
    if (this.#restForClient) others.push(bytes.subarray(at, end))
    this.#rest -= end - at
    return end
  }

  /** @returns the offset of the next packet or of the rest of this one; `at` while too little is received */
  #readPacket(bytes: Buffer, at: number): number {
    const body = endOfVariableInteger(bytes, at + 1)
    if (body === INCOMPLETE) {
      this.#need = bytes.length - at + 1
      return at
    }
    const type = (bytes[at] ?? 0) >> 4
    if (type !== PUBLISH || body === MALFORMED) {
      // With an invalid length the data goes to the client as well, which closes the connection.
      this.#rest = body === MALFORMED ? bytes.length - at : body - at + variableInteger(bytes, at + 1, body)
      this.#restForClient = body === MALFORMED || !this.#isForbidden(type)
      return at
    }
    const end = body + variableInteger(bytes, at + 1, body)
    const readEnd = Math.min(end, body + MAX_HEADER_BYTES + this.#options.payloadLimit + 1)
    if (bytes.length < readEnd) {
      this.#need = readEnd - at
      return at
    }
    this.#rest = end - readEnd
    this.#restForClient = false
    this.#stopped = !this.#options.onPublish(this.#parse(bytes, at, { body, readEnd, end }))
    return readEnd
  }

  #isForbidden(type: number): boolean {
    return CLIENT_ONLY_TYPES.has(type) || (type === AUTH && this.#options.version === 4)
  }

  /** MQTT 5, 3.3: topic, identifier (not at QoS 0), properties (not in 3.1.1), payload. */
  #parse(bytes: Buffer, at: number, { body, readEnd, end }: { body: number; readEnd: number; end: number }): Publish {
    const { version, payloadLimit } = this.#options
    const flags = bytes[at] ?? 0
    const qos = (flags >> 1) & 3
    const topicEnd = readEnd - body < 2 ? Number.POSITIVE_INFINITY : body + 2 + bytes.readUInt16BE(body)
    const afterIdentifier = topicEnd + (qos > 0 ? 2 : 0)
    const hasIdentifier = qos > 0 && afterIdentifier <= readEnd
    const envelope = {
      messageId: hasIdentifier ? bytes.readUInt16BE(topicEnd) : undefined,
      qos: (hasIdentifier ? Math.min(qos, 2) : 0) as Qos,
      dup: (flags & 8) !== 0,
      retain: (flags & 1) !== 0,
    }
    const payloadAt = version === 5 ? endOfProperties(bytes, afterIdentifier) : afterIdentifier
    const malformed = problemOf({ qos, topicBytes: topicEnd - body - 2, afterIdentifier, payloadAt, end })
    if (malformed !== undefined) {
      const payload = bytes.subarray(at, Math.min(at + payloadLimit + 1, readEnd))
      return { ...envelope, topic: '', payload, fullBytes: end - at, malformed }
    }
    // Properties beyond the limit: the packet is too large, whatever its payload.
    const isLost = readEnd < end && payloadAt > body + MAX_HEADER_BYTES
    return {
      ...envelope,
      topic: bytes.toString('utf8', body + 2, topicEnd),
      payload: isLost ? EMPTY : bytes.subarray(payloadAt, Math.min(payloadAt + payloadLimit + 1, readEnd)),
      fullBytes: isLost ? end - body : end - payloadAt,
    }
  }
}

type Layout = { qos: number; topicBytes: number; afterIdentifier: number; payloadAt: number; end: number }

function problemOf({ qos, topicBytes, afterIdentifier, payloadAt, end }: Layout): string | undefined {
  if (qos > 2) return 'QoS 3'
  if (afterIdentifier > end) return 'topic or identifier ends beyond the packet'
  // A broker may omit the topic only with topic aliases, which the client did not allow.
  if (topicBytes === 0) return 'no topic'
  return payloadAt > end ? 'properties end beyond the packet' : undefined
}

const INCOMPLETE = -1
const MALFORMED = -2

/** MQTT 5, 1.5.5: up to four bytes of seven bits, lowest first. */
function endOfVariableInteger(bytes: Buffer, from: number): number {
  for (let at = from; at < from + 4; at += 1) {
    const byte = bytes[at]
    if (byte === undefined) return INCOMPLETE
    if (byte < 0x80) return at + 1
  }
  return MALFORMED
}

function variableInteger(bytes: Buffer, from: number, end: number): number {
  let value = 0
  for (let at = end - 1; at >= from; at -= 1) value = value * 128 + ((bytes[at] ?? 0) & 0x7f)
  return value
}

/** Infinity when the properties are malformed. */
function endOfProperties(bytes: Buffer, from: number): number {
  const start = endOfVariableInteger(bytes, from)
  return start < 0 ? Number.POSITIVE_INFINITY : start + variableInteger(bytes, from, start)
}
