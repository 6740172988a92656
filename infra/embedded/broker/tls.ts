import type { Server, Socket } from 'node:net'
import { createServer } from 'node:tls'
import { AppError } from '#model/basics/errors.ts'

/** PEM, read from files. */
export interface BrokerTls {
  /** 0: any free port. */
  readonly port: number
  readonly cert: Buffer
  readonly key: Buffer
  /** The authority that signs certificates of clients; every client then needs one. */
  readonly ca?: Buffer | undefined
}

const HANDSHAKE_MS = 10_000

/**
 * A listener with TLS 1.2 or later. With `ca`, clients without a valid certificate do not get as far as MQTT.
 * @throws AppError CONFIG_INVALID when certificate and key do not fit
 */
export function openTls(
  tls: BrokerTls,
  accept: (socket: Socket) => void,
  log?: { warn(message: string): void },
): Server {
  const { cert, key, ca } = tls
  const clients = ca ? { ca, requestCert: true, rejectUnauthorized: true } : {}
  const options = { cert, key, ...clients, minVersion: 'TLSv1.2' as const, handshakeTimeout: HANDSHAKE_MS }
  try {
    const server = createServer({ ...options, noDelay: true, keepAlive: true }, accept)
    let failures = 0
    server.on('tlsClientError', ({ message }) => {
      failures += 1
      if (Math.log10(failures) % 1 === 0) log?.warn(`${failures} TLS connections to the MQTT broker failed: ${message}`)
    })
    return server
  } catch (cause) {
    throw new AppError(
      'CONFIG_INVALID',
      `MQTT_TLS_CERT, MQTT_TLS_KEY or MQTT_TLS_CA cannot be used: ${(cause as Error).message}`,
      { cause },
    )
  }
}
