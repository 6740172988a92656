import { randomUUID } from 'node:crypto'
import { connectAsync } from 'mqtt'
import { withoutSecret } from '#infra/runtime/log.ts'
import { AppError } from '#model/basics/errors.ts'
import { type ClientTls, separateLogin } from '#model/mqtt/broker-url.ts'

/** Publishes at QoS 1 with bounded concurrency; a message counts as published when the broker has acknowledged it. */
export type Publisher = {
  /** resolves when the next message may be published, not when this one is acknowledged */
  publish(topic: string, payload: string | Uint8Array): Promise<void>
  /** resolves when all messages are acknowledged */
  drain(): Promise<void>
  readonly acknowledged: number
  close(): Promise<void>
}

const MAX_IN_FLIGHT = 32
const CONNECT_MS = 5_000
/** Time in which the broker may restart before the import fails. */
const ACKNOWLEDGE_MS = 60_000

/** @throws AppError BROKER_UNAVAILABLE */
export async function openPublisher(url: string, tls: ClientTls = {}): Promise<Publisher> {
  const unavailable = (cause?: unknown): AppError => new AppError('BROKER_UNAVAILABLE', withoutSecret(url), { cause })
  const { address, login } = separateLogin(url)
  const client = await connectAsync(
    address,
    {
      ...tls,
      ...login,
      clientId: `import-${randomUUID()}`,
      clean: true,
      connectTimeout: CONNECT_MS,
      reconnectPeriod: 1_000,
    },
    false,
  ).catch((cause: unknown) => {
    throw unavailable(cause)
  })
  client.on('error', () => {})
  const inFlight = new Set<Promise<void>>()
  let acknowledged = 0
  let failed: AppError | undefined
  const send = async (topic: string, payload: string | Uint8Array): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(unavailable()), ACKNOWLEDGE_MS)
    })
    try {
      await Promise.race([client.publishAsync(topic, payload as Buffer, { qos: 1 }), limit])
      acknowledged += 1
    } catch (cause) {
      failed ??= cause instanceof AppError ? cause : unavailable(cause)
    } finally {
      clearTimeout(timer)
    }
  }
  const check = (): void => {
    if (failed) throw failed
  }
  return {
    publish: async (topic, payload) => {
      check()
      const sent = send(topic, payload).finally(() => inFlight.delete(sent))
      inFlight.add(sent)
      while (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight)
      check()
    },
    drain: async () => {
      await Promise.all(inFlight)
      check()
    },
    get acknowledged() {
      return acknowledged
    },
    close: async () => {
      await client.endAsync(true)
    },
  }
}
