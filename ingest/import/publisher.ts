import { randomUUID } from 'node:crypto'
import { connectAsync } from 'mqtt'
import { withoutSecret } from '#infra/runtime/log.ts'
import { AppError } from '#model/basics/errors.ts'
import { separateLogin } from '#model/mqtt/login.ts'

/** Publishes at QoS 1, so many at once; a message counts as published when the broker has acknowledged it. */
export type Publisher = {
  /** resolves when there is room for the next, not when this one is acknowledged */
  publish(topic: string, payload: string | Uint8Array): Promise<void>
  /** resolves when all are acknowledged */
  settled(): Promise<void>
  readonly acknowledged: number
  close(): Promise<void>
}

const IN_FLIGHT = 32
const CONNECT_MS = 5_000
/** The broker may be restarted meanwhile; longer than this and the import gives up. */
const ACKNOWLEDGE_MS = 60_000

/** @throws AppError BROKER_UNAVAILABLE */
export async function openPublisher(url: string): Promise<Publisher> {
  const gone = (cause?: unknown): AppError => new AppError('BROKER_UNAVAILABLE', withoutSecret(url), { cause })
  const { address, login } = separateLogin(url)
  const client = await connectAsync(
    address,
    { ...login, clientId: `import-${randomUUID()}`, clean: true, connectTimeout: CONNECT_MS, reconnectPeriod: 1_000 },
    false,
  ).catch((cause: unknown) => {
    throw gone(cause)
  })
  client.on('error', () => {})
  const under = new Set<Promise<void>>()
  let acknowledged = 0
  let failed: AppError | undefined
  const send = async (topic: string, payload: string | Uint8Array): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(gone()), ACKNOWLEDGE_MS)
    })
    try {
      await Promise.race([client.publishAsync(topic, payload as Buffer, { qos: 1 }), limit])
      acknowledged += 1
    } catch (cause) {
      failed ??= cause instanceof AppError ? cause : gone(cause)
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
      const sent = send(topic, payload).finally(() => under.delete(sent))
      under.add(sent)
      while (under.size >= IN_FLIGHT) await Promise.race(under)
      check()
    },
    settled: async () => {
      await Promise.all(under)
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
