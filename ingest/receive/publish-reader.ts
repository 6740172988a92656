/**
 * Takes the PUBLISH packets out of what a broker sends; all other packets are the MQTT client's.
 *
 *     packet  --PUBLISH, all of it is here-->                        handed over, then packet
 *     packet  --PUBLISH longer than what is kept, that much is here--> handed over cut, then rest (nobody's)
 *     packet  --one that no broker may send-->                       rest (nobody's)
 *     packet  --another one-->                                       rest (the client's)
 *     rest    --its last byte has passed-->                          packet
 *     any     --`onPublish` says no-->                               stopped; what was read and not looked at is kept
 *     stopped --resume()-->                                          packet
 *
 * A payload of 100 MB never exists in memory: what is above the limit passes by. MQTT 5's Maximum Packet Size would do it
 * too, but a broker drops what is above it without a word [MQTT-3.1.2-25]; here the message arrives, as its first bytes,
 * and is rejected where everyone can see it.
 *
 * A broker that does not keep to MQTT must not stop the city: closing the connection over a packet makes the broker send
 * it again, for ever. So what is delivered at a QoS that was not granted is taken as it is, and a PUBLISH that cannot be
 * read is handed over as one that is `malformed`, to be rejected and acknowledged. Only a length that is none ends the
 * connection: nobody knows where the next packet begins.
 */
export type Publish = {
  readonly topic: string
  /** the payload, or its first bytes when it was longer than the limit */
  readonly payload: Buffer
  readonly fullBytes: number
  /** undefined at QoS 0 */
  readonly messageId: number | undefined
  /** how it is acknowledged: at 1 by PUBACK, at 2 by PUBREC; a broker may send 2 although 1 was asked for */
  readonly qos: Qos
  readonly dup: boolean
  readonly retain: boolean
  /** what MQTT does not allow about it; its payload is then the whole packet, as far as it is kept */
  readonly malformed?: string
}
export type Qos = 0 | 1 | 2

export type PublishReaderOptions = {
  /** bytes of a payload that are kept; of a longer one, one more */
  readonly payloadLimit: number
  readonly version: 4 | 5
  /** @returns whether to go on reading */
  readonly onPublish: (publish: Publish) => boolean
}

const PUBLISH = 3
/** Reserved (0), CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ: the MQTT client would close the connection over them. */
const NEVER_FROM_A_BROKER = new Set([0, 1, 8, 10, 12])
/** AUTH, of which MQTT 3.1.1 knows nothing */
const AUTH = 15
/** The longest topic (64 KiB) and as much of properties: what is kept of a packet besides its payload. */
const HEAD_MOST = 128 * 1024
const EMPTY = Buffer.alloc(0)

export class PublishReader {
  readonly #options: PublishReaderOptions
  #chunks: Buffer[] = []
  #length = 0
  /** with fewer bytes than this there is nothing to be read */
  #need = 1
  /** bytes of the present packet that are still to pass, and whether the client gets them */
  #rest = 0
  #restIsTheClients = false
  #stopped = false

  constructor(options: PublishReaderOptions) {
    this.#options = options
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** @returns the bytes of other packets, in order */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    return this.#read()
  }

  /** Goes on with what was read before `onPublish` said no. As `push`. */
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
    if (this.#restIsTheClients) others.push(bytes.subarray(at, end))
    this.#rest -= end - at
    return end
  }

  /** @returns where the next packet or the rest of this one begins; `at` while there is too little of it */
  #readPacket(bytes: Buffer, at: number): number {
    const body = endOfVariableInteger(bytes, at + 1)
    if (body === INCOMPLETE) {
      this.#need = bytes.length - at + 1
      return at
    }
    const type = (bytes[at] ?? 0) >> 4
    if (type !== PUBLISH || body === MALFORMED) {
      // A length that is none is the client's, too: it closes the connection over it.
      this.#rest = body === MALFORMED ? bytes.length - at : body - at + variableInteger(bytes, at + 1, body)
      this.#restIsTheClients = body === MALFORMED || !this.#isUnheardOf(type)
      return at
    }
    const end = body + variableInteger(bytes, at + 1, body)
    const kept = Math.min(end, body + HEAD_MOST + this.#options.payloadLimit + 1)
    if (bytes.length < kept) {
      this.#need = kept - at
      return at
    }
    this.#rest = end - kept
    this.#restIsTheClients = false
    this.#stopped = !this.#options.onPublish(this.#parse(bytes, at, { body, kept, end }))
    return kept
  }

  #isUnheardOf(type: number): boolean {
    return NEVER_FROM_A_BROKER.has(type) || (type === AUTH && this.#options.version === 4)
  }

  /** MQTT 5, 3.3: topic, identifier (not at QoS 0), properties (not in 3.1.1), payload. */
  #parse(bytes: Buffer, at: number, { body, kept, end }: { body: number; kept: number; end: number }): Publish {
    const { version, payloadLimit } = this.#options
    const flags = bytes[at] ?? 0
    const qos = (flags >> 1) & 3
    const topicEnd = kept - body < 2 ? Number.POSITIVE_INFINITY : body + 2 + bytes.readUInt16BE(body)
    const afterIdentifier = topicEnd + (qos > 0 ? 2 : 0)
    const hasIdentifier = qos > 0 && afterIdentifier <= kept
    const envelope = {
      messageId: hasIdentifier ? bytes.readUInt16BE(topicEnd) : undefined,
      qos: (hasIdentifier ? Math.min(qos, 2) : 0) as Qos,
      dup: (flags & 8) !== 0,
      retain: (flags & 1) !== 0,
    }
    const payloadAt = version === 5 ? endOfProperties(bytes, afterIdentifier) : afterIdentifier
    const malformed = problemOf({ qos, topicBytes: topicEnd - body - 2, afterIdentifier, payloadAt, end })
    if (malformed !== undefined) {
      const payload = bytes.subarray(at, Math.min(at + payloadLimit + 1, kept))
      return { ...envelope, topic: '', payload, fullBytes: end - at, malformed }
    }
    // Properties that are longer than all that is kept: the packet is too long, whatever its payload.
    const isLost = kept < end && payloadAt > body + HEAD_MOST
    return {
      ...envelope,
      topic: bytes.toString('utf8', body + 2, topicEnd),
      payload: isLost ? EMPTY : bytes.subarray(payloadAt, Math.min(payloadAt + payloadLimit + 1, kept)),
      fullBytes: isLost ? end - body : end - payloadAt,
    }
  }
}

type Layout = { qos: number; topicBytes: number; afterIdentifier: number; payloadAt: number; end: number }

function problemOf({ qos, topicBytes, afterIdentifier, payloadAt, end }: Layout): string | undefined {
  if (qos > 2) return 'QoS 3'
  if (afterIdentifier > end) return 'a topic or an identifier that ends beyond the packet'
  // Topic aliases, for which a broker may leave the topic out, were not allowed to it.
  if (topicBytes === 0) return 'no topic'
  return payloadAt > end ? 'properties that end beyond the packet' : undefined
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

/** Infinity when they are malformed. */
function endOfProperties(bytes: Buffer, from: number): number {
  const start = endOfVariableInteger(bytes, from)
  return start < 0 ? Number.POSITIVE_INFINITY : start + variableInteger(bytes, from, start)
}
