/** Devices with credentials of their own at the embedded broker: what they may do, and what nobody else may. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DeviceLogins } from '#infra/devices/device-logins.ts'
import { hashSecret, isSecret, newSecret } from '#infra/devices/secret.ts'
import { type EmbeddedBroker, type EmbeddedBrokerOptions, openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { type Authority, createAuthority, hasOpenssl } from '#test/certificates.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

const SECRETS = { school: newSecret(), tower: newSecret() }
const login = (id: number, username: keyof typeof SECRETS, topics: readonly string[]) => ({
  ...{ id, thingId: id, username, topics },
  secret: hashSecret(SECRETS[username]),
})
const school = login(1, 'school', ['city/+/school', 'tele/school/#'])
const tower = login(2, 'tower', ['city/+/tower'])

async function open(options: EmbeddedBrokerOptions = {}): Promise<{ broker: EmbeddedBroker; devices: DeviceLogins }> {
  const devices = new DeviceLogins()
  devices.set([school, tower])
  const broker = await openEmbeddedBroker({ port: 0, devices, ...options })
  opened.push(broker)
  return { broker, devices }
}
async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4, ...options }, false)
  client.on('error', () => {})
  opened.push({ close: () => client.end(true) })
  return client
}
const as = (username: keyof typeof SECRETS): IClientOptions => ({ username, password: SECRETS[username] })
const ended = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()))
async function listen(client: MqttClient, filter: string): Promise<string[]> {
  const heard: string[] = []
  client.on('message', (topic) => heard.push(topic))
  await client.subscribeAsync(filter, { qos: 1 })
  return heard
}

test('a secret is recognised by its hash alone', () => {
  const hashed = hashSecret('a secret')
  expect(hashed).toMatch(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/=]{88}$/)
  expect([isSecret('a secret', hashed), isSecret('a secre', hashed), isSecret('', hashed)]).toEqual([
    true,
    false,
    false,
  ])
  expect(hashSecret('a secret')).not.toBe(hashed)
  // written by mosquitto_passwd 2.0.11 for the password "secret"
  const theirs =
    '$7$101$pKxyHmrC1bKIStNI$QSnYW7GTpahfzB6RKQhNO4X9iHPnkGfVW6aBXPog7xjMaYIBbOm7kHMFx+x5Qsh8W3F2i0WhcQ918pE4YVtwow=='
  expect([isSecret('secret', theirs), isSecret('secret ', theirs)]).toEqual([true, false])
})

describe('a device', () => {
  test('publishes to its own topics and to no others, as its will neither', async () => {
    const { broker } = await open()
    const heard = await listen(await connect(broker.url), 'city/#')
    const device = await connect(broker.publicUrl, as('school'))
    await device.publishAsync('city/air/school', '1', { qos: 1 })
    await device.publishAsync('tele/school/SENSOR', '1', { qos: 1 })
    await expect.poll(() => heard).toEqual(['city/air/school'])
    for (const topic of ['city/air/tower', 'city/air/other', 'citywell/observations/air']) {
      const trying = await connect(broker.publicUrl, as('school'))
      const end = ended(trying)
      trying.publish(topic, '2', { qos: 1 })
      await end
    }
    const will = { topic: 'city/air/tower', payload: Buffer.from('3'), qos: 1 as const, retain: false }
    ;(await connect(broker.publicUrl, { ...as('school'), will })).stream.destroy()
    await expect.poll(() => broker.refused.get('topic')).toBe(4)
    expect(heard).toEqual(['city/air/school'])
  })

  test('subscribes to its own topics only, in a persistent session too', async () => {
    const { broker } = await open()
    const session = { ...as('school'), clientId: 'board', clean: false }
    const device = await connect(broker.publicUrl, session)
    const heard = await listen(device, 'tele/school/cmd')
    for (const filter of ['#', 'city/#', 'city/+/tower', '+/school/cmd'])
      await expect(device.subscribeAsync([filter, 'tele/school/other'], { qos: 1 })).rejects.toThrow()
    await device.endAsync()
    const city = await connect(broker.url)
    for (const topic of ['city/air/tower', 'tele/school/cmd', 'tele/school/other'])
      await city.publishAsync(topic, '1', { qos: 1 })
    const again = mqtt.connect(broker.publicUrl, { protocolVersion: 4, reconnectPeriod: 0, ...session })
    opened.push({ close: () => again.end(true) })
    again.on('message', (topic) => heard.push(topic))
    await expect.poll(() => heard.length).toBeGreaterThan(1)
    expect(heard.sort()).toEqual(['tele/school/cmd', 'tele/school/other'])
  })

  test('with a wrong secret is refused; nobody else publishes to its topics', async () => {
    const { broker } = await open()
    await expect(connect(broker.publicUrl, { username: 'school', password: SECRETS.tower })).rejects.toMatchObject({
      code: 4,
    })
    const anonymous = await connect(broker.publicUrl)
    await anonymous.publishAsync('city/air/anyone', '1', { qos: 1 })
    const end = ended(anonymous)
    anonymous.publish('city/noise/school', '1', { qos: 1 })
    await end
    expect(broker.refused.get('topic')).toBe(1)
  })

  test('its session is not taken over, nor does it take over one of another or of the city', async () => {
    const { broker } = await open()
    const device = await connect(broker.publicUrl, { ...as('school'), clientId: 'board', clean: false })
    const session = { clientId: 'board', clean: false }
    await expect(connect(broker.publicUrl, { ...as('tower'), ...session })).rejects.toMatchObject({ code: 5 })
    await expect(connect(broker.publicUrl, session)).rejects.toMatchObject({ code: 5 })
    await expect(connect(broker.publicUrl, { ...as('school'), clientId: 'citywell-ingest' })).rejects.toMatchObject({
      code: 5,
    })
    expect(device.connected).toBe(true)
    await device.endAsync()
    await expect(connect(broker.publicUrl, session)).rejects.toMatchObject({ code: 5 })
    await connect(broker.publicUrl, { ...as('school'), ...session })
  })

  test('is disconnected when its credential is revoked, and not when another is', async () => {
    const { broker, devices } = await open()
    const [one, other] = [await connect(broker.publicUrl, as('school')), await connect(broker.publicUrl, as('tower'))]
    const end = ended(one)
    devices.set([tower])
    await end
    expect(other.connected).toBe(true)
    const narrower = ended(other)
    devices.set([{ ...tower, topics: ['city/air/tower'] }])
    await narrower
  })
})

describe('without anonymous clients', () => {
  test('only devices and the shared login are admitted, beyond loopback too', async () => {
    const { broker } = await open({ anonymous: false, host: '0.0.0.0' })
    await expect(connect(broker.publicUrl)).rejects.toMatchObject({ code: 4 })
    await expect(connect(broker.publicUrl, { username: 'x', password: 'y' })).rejects.toMatchObject({ code: 4 })
    await connect(broker.publicUrl, as('school'))
    await connect(broker.url)
  })

  test('until the registry has been read, clients are told to come back', async () => {
    const broker = await openEmbeddedBroker({ port: 0, devices: new DeviceLogins(), anonymous: false })
    opened.push(broker)
    await expect(connect(broker.publicUrl, as('school'))).rejects.toMatchObject({ code: 3 })
  })
})

test('it is known who published, a device by its user name', async () => {
  const { broker } = await open()
  await (await connect(broker.publicUrl, as('school'))).publishAsync('city/air/school', '1', { qos: 1 })
  await (await connect(broker.publicUrl, { clientId: 'gateway' })).publishAsync('city/air/x', '1', { qos: 1 })
  await (await connect(broker.url)).publishAsync('city/air/y', '1', { qos: 1 })
  expect(['city/air/school', 'city/air/x', 'city/air/y'].map((topic) => broker.publisherOf(topic))).toEqual([
    'school',
    'gateway',
    undefined,
  ])
})

test('a client that publishes faster than the limit waits, and nothing is lost', async () => {
  const { broker } = await open({ limits: { publishesPerSecond: 100 } })
  const heard = await listen(await connect(broker.url), 'city/#')
  const device = await connect(broker.publicUrl)
  const startMs = performance.now()
  // 100 at once, then 100 a second
  await Promise.all(Array.from({ length: 200 }, (_, n) => device.publishAsync(`city/air/${n}`, '1', { qos: 1 })))
  expect(performance.now() - startMs).toBeGreaterThan(900)
  await expect.poll(() => heard.length).toBe(200)
})

describe.skipIf(!hasOpenssl)('with TLS', () => {
  let authority: Authority
  beforeAll(() => {
    authority = createAuthority()
  })
  afterAll(() => authority.close())
  const openTls = async (withClients: boolean) => {
    const server = authority.issue('broker', ['IP:127.0.0.1', 'DNS:localhost'])
    return open({ tls: { port: 0, cert: server.cert, key: server.key, ca: withClients ? authority.ca : undefined } })
  }
  const url = ({ tlsPort }: EmbeddedBroker): string => `mqtts://127.0.0.1:${tlsPort}`

  test('a client verifies the broker by the authority', async () => {
    const { broker } = await openTls(false)
    await expect(connect(url(broker))).rejects.toThrow(/certificate/)
    const client = await connect(url(broker), { ca: authority.ca, ...as('school') })
    await client.publishAsync('city/air/school', '1', { qos: 1 })
  })

  test('a client certificate is needed, and its common name is the user name of a device', async () => {
    const { broker } = await openTls(true)
    await expect(connect(url(broker), { ca: authority.ca })).rejects.toThrow()
    const stranger = createAuthority()
    opened.push(stranger)
    const foreign = stranger.issue('school')
    await expect(connect(url(broker), { ca: authority.ca, cert: foreign.cert, key: foreign.key })).rejects.toThrow()
    const { cert, key } = authority.issue('school')
    const device = await connect(url(broker), { ca: authority.ca, cert, key })
    await device.publishAsync('city/air/school', '1', { qos: 1 })
    const end = ended(device)
    device.publish('city/air/tower', '1', { qos: 1 })
    await end
  })

  test('certificate and key that do not fit are refused at the start', async () => {
    const [one, other] = [authority.issue('a'), authority.issue('b')]
    await expect(
      openEmbeddedBroker({ port: 0, tls: { port: 0, cert: one.cert, key: other.key } }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('MQTT_TLS_KEY') })
  })
})
