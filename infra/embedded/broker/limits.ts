/** Every limit of the embedded broker, and what happens beyond it (docs/embedded.md, "Limits"). */
const MIB = 1024 * 1024

export interface BrokerLimits {
  /** Largest packet, in bytes: beyond it the connection ends before the payload is read. */
  readonly packetBytes: number
  /** Retained messages in total, in bytes: further ones are delivered, not retained. */
  readonly retainedBytes: number
  /** Messages kept for one session whose client is not connected: further ones are dropped. */
  readonly queueMessages: number
  /** Bytes kept for one session: further messages are dropped, and a client that is connected is disconnected. */
  readonly queueBytes: number
  /** Bytes kept for all sessions whose clients are not connected, without the city's own: further messages are dropped. */
  readonly allQueuesBytes: number
  /** Bytes kept for one of the city's own sessions whose client is not connected: then publishers wait. */
  readonly cityQueueBytes: number
  /** Clients connected at once, without the city's own: further ones are refused. */
  readonly connections: number
  /** Persistent sessions, without the city's own: further ones are refused. */
  readonly sessions: number
  /** Messages that a client, not one of the city's own, may publish in a second: further ones wait. */
  readonly publishesPerSecond: number
}

export const BROKER_LIMITS: BrokerLimits = {
  packetBytes: 16 * MIB,
  retainedBytes: 64 * MIB,
  queueMessages: 100_000,
  queueBytes: 64 * MIB,
  allQueuesBytes: 256 * MIB,
  cityQueueBytes: 256 * MIB,
  connections: 10_000,
  sessions: 10_000,
  publishesPerSecond: 10_000,
}

/** Sockets that have not sent CONNECT yet; each has 30 s for it. */
export const UNIDENTIFIED_SOCKETS = 1_000
/** Estimate of what a message takes in memory besides topic and payload. */
const OVERHEAD_BYTES = 200

export const bytesOf = ({ topic = '', payload = '' }: { topic?: string; payload?: Buffer | string }): number =>
  Buffer.byteLength(topic) + Buffer.byteLength(payload) + OVERHEAD_BYTES
