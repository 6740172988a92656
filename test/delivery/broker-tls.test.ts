/** Clients of the city at a Mosquitto with TLS, an authority of its own and client certificates. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openMqttSource } from '#api/live/mqtt-source.ts'
import { mosquittoFiles } from '#domain/devices/mosquitto.ts'
import { hashSecret } from '#infra/devices/secret.ts'
import { createLog } from '#infra/runtime/log.ts'
import { openPublisher } from '#ingest/import/publisher.ts'
import { type Received, Subscriber } from '#ingest/receive/subscriber.ts'
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import { createAuthority, hasOpenssl } from '#test/certificates.ts'
import { hasMosquitto, startMosquitto } from './mosquitto.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

/** With what may break a URL or a file of passwords. */
const PASSWORD = 'a:b/c@d#e?f%20"g h'

async function openBroker() {
  const authority = createAuthority()
  opened.push(authority)
  const server = authority.issue('broker', ['IP:127.0.0.1'])
  const folder = await mkdtemp(join(tmpdir(), 'citywell-tls-'))
  opened.push({ close: () => rm(folder, { recursive: true }) })
  const { passwords } = mosquittoFiles([], { username: 'city', secret: hashSecret(PASSWORD) })
  await writeFile(join(folder, 'passwords'), passwords)
  const mosquitto = await startMosquitto(
    [
      `cafile ${authority.caFile}`,
      `certfile ${server.certFile}`,
      `keyfile ${server.keyFile}`,
      'require_certificate true',
      'allow_anonymous false',
      `password_file ${join(folder, 'passwords')}`,
    ].join('\n'),
  )
  opened.push(mosquitto)
  const { cert, key } = authority.issue('city')
  const tls = { ca: authority.ca.toString(), cert: cert.toString(), key: key.toString() }
  const url = `mqtts://city:${encodeURIComponent(PASSWORD)}@127.0.0.1:${mosquitto.port}`
  return { mosquitto, tls, url }
}

function subscribe(url: string, tls: ClientTls) {
  const received: Received[] = []
  const states: { state: string; error: string | undefined }[] = []
  const window = { packets: 100, bytes: 1_000_000 }
  const subscriber = new Subscriber({ url, tls, clientId: 'worker', filters: ['city/#'], window, payloadLimit: 1_000 })
  subscriber.start({
    onMessage: (message) => {
      received.push(message)
      message.acknowledge()
    },
    onWindowFull: () => {},
    onState: (state, error) => states.push({ state, error: error?.message }),
  })
  opened.push(subscriber)
  return { subscriber, received, states }
}

describe.skipIf(!hasMosquitto || !hasOpenssl)('a broker with TLS and client certificates', () => {
  test('ingest, import and live feed connect, also after it restarts', async () => {
    const { mosquitto, tls, url } = await openBroker()
    const { subscriber, received } = subscribe(url, tls)
    await expect.poll(() => subscriber.state, { timeout: 10_000 }).toBe('ready')
    const live = openMqttSource({ url, tls, log: createLog('test', 'silent') })
    opened.push(live)
    await expect.poll(() => live.subscribed(), { timeout: 10_000 }).toBe(true)
    const publisher = await openPublisher(url, tls)
    opened.push(publisher)
    await publisher.publish('city/air/a', '{"pm2_5": 1}')
    await publisher.drain()
    await expect.poll(() => received.map(({ topic }) => topic)).toEqual(['city/air/a'])
    await mosquitto.stop('term')
    await expect.poll(() => subscriber.state, { timeout: 10_000 }).not.toBe('ready')
    await mosquitto.start()
    await expect.poll(() => subscriber.state, { timeout: 15_000 }).toBe('ready')
  })

  test('without the authority or the certificate they do not, and say why', async () => {
    const { tls, url } = await openBroker()
    const unverified = subscribe(url, { ...tls, ca: '' } as ClientTls)
    await expect
      .poll(() => unverified.states.find(({ error }) => error)?.error, { timeout: 10_000 })
      .toMatch(/certificate/)
    const { ca } = tls
    const unknown = subscribe(url, { ca })
    await expect.poll(() => unknown.states.find(({ error }) => error)?.error, { timeout: 10_000 }).toMatch(/./)
    expect(unknown.subscriber.state).not.toBe('ready')
    await expect(openPublisher(url, { ca })).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' })
  })
})
