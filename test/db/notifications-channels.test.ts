/** Each channel against a real server of its kind; receivers' addresses cannot reach into the network of the server. */
import { createDecipheriv, createECDH, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import webPush from 'web-push'
import { openMqttSource } from '#api/live/mqtt-source.ts'
import { createAddressRule, createHttpSender } from '#domain/notifications/channels/guarded-http.ts'
import { createSecretBox } from '#domain/notifications/secrets/secret-box.ts'
import { createLog } from '#infra/runtime/log.ts'
import { openTestBroker, openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { addReceiver, addWebhook, createWorker, EMPTY, emit, event, messages, secrets } from './notification-fixture.ts'
import { makeCertificate, openHttpReceiver, openMailServer, type Received } from './notification-servers.ts'

const NOW = new Date('2026-11-01T12:00:00Z')
let database: TestDatabase
let certificate: { key: string; cert: string }
const opened: { close(): Promise<unknown> }[] = []
const keep = <T extends { close(): Promise<unknown> }>(server: T): T => {
  opened.push(server)
  return server
}
beforeAll(async () => {
  database = await openTestDatabase()
  certificate = await makeCertificate()
})
afterAll(() => database?.close())
beforeEach(async () => {
  await database.pool.query(EMPTY)
})
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})

describe('e-mail', () => {
  const from = 'Testville <alarm@city.example>'
  const mailTo = (address: string, columns = {}) =>
    addReceiver(database.pool, { name: address, channel: 'email', config: { address }, ...columns })

  test.for([
    ['STARTTLS', false],
    ['TLS from the first byte', true],
  ] as const)('%s, with a login, message id, thread and text', async ([, implicit]) => {
    const { pool } = database
    const server = keep(await openMailServer({ ...certificate, implicit }))
    await mailTo('operator@city.example')
    await emit(pool, NOW, event())
    const mail = { url: server.url, from, ca: certificate.cert }
    await createWorker(pool, NOW, { mail }).at(NOW)
    expect(server.mails).toMatchObject([{ secure: true, user: 'alarm', to: ['operator@city.example'] }])
    const text = server.mails[0]?.text ?? ''
    const { rows } = await pool.query<{ id: string }>('select id from notification_message')
    expect(text).toContain(`Message-ID: <${rows[0]?.id}@city.example>`)
    expect(text).toContain('Auto-Submitted: auto-generated')
    expect(text).toMatch(/^References: <incident-[0-9a-f]{32}@city.example>/m)
    expect(text).toContain('https://city.example/')
    expect(await messages(pool)).toMatchObject([{ state: 'sent' }])
  })

  test('row 5: webhook answers 500, mail is fine: one mail', async () => {
    const { pool } = database
    const server = keep(await openMailServer(certificate))
    const hook = keep(await openHttpReceiver(() => ({ status: 500 })))
    await mailTo('operator@city.example')
    await addWebhook(pool, hook.url, { name: 'hook' })
    await emit(pool, NOW, event())
    const worker = createWorker(pool, NOW, { mail: { url: server.url, from, ca: certificate.cert } })
    for (const minutes of [0, 1, 5, 30, 60]) await worker.at(new Date(NOW.getTime() + minutes * 60_000))
    expect(server.mails).toHaveLength(1)
    expect(hook.received.length).toBeGreaterThan(2)
  })

  test('a certificate that is not trusted, or a server without TLS, gets neither mail nor password', async () => {
    const { pool } = database
    const untrusted = keep(await openMailServer(certificate))
    const plain = keep(await openMailServer({ ...certificate, withoutTls: true }))
    for (const url of [untrusted.url, plain.url]) {
      await pool.query(EMPTY)
      await mailTo('operator@city.example')
      await emit(pool, NOW, event())
      await createWorker(pool, NOW, { mail: { url, from } }).at(NOW)
      const [message] = await messages(pool)
      expect(message).toMatchObject({ state: 'pending', attempts: 1 })
      expect(message?.error).toMatch(/^SMTP E/)
      expect(message?.error).not.toContain('secret')
    }
    expect([...untrusted.mails, ...plain.mails]).toEqual([])
  })

  test('a refused recipient is undeliverable at once, a busy one is tried again', async () => {
    const { pool } = database
    const refuse = (address: string) =>
      address.startsWith('gone') ? 550 : address.startsWith('busy') ? 450 : undefined
    const server = keep(await openMailServer({ ...certificate, refuse }))
    for (const name of ['gone', 'busy', 'fine']) await mailTo(`${name}@city.example`)
    await emit(pool, NOW, event())
    await createWorker(pool, NOW, { mail: { url: server.url, from, ca: certificate.cert } }).at(NOW)
    expect((await messages(pool)).map(({ receiver, state }) => `${receiver} ${state}`)).toEqual([
      'gone@city.example undeliverable',
      'busy@city.example pending',
      'fine@city.example sent',
    ])
  })
})

describe('webhook', () => {
  test('is signed as Standard Webhooks says', async () => {
    const { pool } = database
    const hook = keep(await openHttpReceiver())
    const { secret } = await addWebhook(pool, hook.url)
    await emit(pool, NOW, event())
    await createWorker(pool, NOW).at(NOW)
    const [{ headers, body }] = hook.received as [Received]
    // The specification: base64 of HMAC-SHA256 over "id.timestamp.body", with the decoded part of the secret after whsec_
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
    expect(headers['webhook-timestamp']).toBe(String(NOW.getTime() / 1000))
    expect(headers['idempotency-key']).toBe(headers['webhook-id'])
    expect(JSON.parse(body)).toMatchObject({
      type: 'incident.opened',
      data: { title: 'Warning: PM2.5 above 25 µg/m³, Market Square', events: [{ value: 31.4, unit: 'ug/m3' }] },
    })
  })

  test('a secret of another key is reported, and nothing is sent unsigned', async () => {
    const { pool } = database
    const hook = keep(await openHttpReceiver())
    await addWebhook(pool, hook.url, { secret: createSecretBox('the key of another city').seal('whsec_c2VjcmV0') })
    await emit(pool, NOW, event())
    await createWorker(pool, NOW).at(NOW)
    expect(hook.received).toEqual([])
    expect((await messages(pool))[0]).toMatchObject({ state: 'undeliverable' })
    expect((await messages(pool))[0]?.error).toContain('enter it again')
  })
})

describe('requests to addresses that people enter', () => {
  const request = (url: string, allowed: string[] = []) =>
    createHttpSender(createAddressRule(allowed), { timeoutMs: 300 })({
      ...{ url, headers: {}, body: 'x', signal: new AbortController().signal },
    })

  test.for([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://localhost/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://10.0.0.8/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fd00::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://0.0.0.0/',
  ])('%s is refused', async (url) => {
    expect(await request(url)).toMatchObject({
      ok: false,
      retry: false,
      error: expect.stringContaining('private address'),
    })
  })

  test('an address that the configuration allows is reached, others are not', async () => {
    const hook = keep(await openHttpReceiver())
    expect(await request(hook.url, ['127.0.0.0/8'])).toEqual({ ok: true })
    expect(await request(hook.url, ['10.0.0.0/8'])).toMatchObject({ ok: false, retry: false })
    expect(hook.received).toHaveLength(1)
  })

  test('redirects are not followed', async () => {
    const inner = keep(await openHttpReceiver())
    const outer = keep(await openHttpReceiver(() => ({ status: 307, headers: { location: inner.url } })))
    const outcome = await request(outer.url, ['127.0.0.1'])
    expect(outcome).toEqual({ ok: false, retry: false, error: 'HTTP 307; redirects are not followed' })
    expect(inner.received).toEqual([])
  })

  test('who does not answer is given up after the limit', async () => {
    const hook = keep(await openHttpReceiver(() => 'hang'))
    expect(await request(hook.url, ['127.0.0.1'])).toEqual({ ok: false, retry: true, error: 'no answer within 0.3 s' })
  })
})

test('Alertmanager: begin and end of an alert have the same labels', async () => {
  const { pool } = database
  const server = keep(await openHttpReceiver())
  const url = server.url.replace('/hook', '/')
  await addReceiver(pool, {
    channel: 'alertmanager',
    config: { url },
    secret: secrets.seal(JSON.stringify({ token: 'token' })),
  })
  const worker = createWorker(pool, NOW)
  await emit(pool, NOW, event())
  await worker.at(NOW)
  const end = '2026-11-01T12:30:00.000Z'
  await emit(pool, new Date(end), event({ kind: 'resolved', at: end, endedAt: end }))
  await worker.at(end)
  expect(server.received.map(({ path }) => path)).toEqual(['/api/v2/alerts', '/api/v2/alerts'])
  expect(server.received[0]?.headers.authorization).toBe('Bearer token')
  const [[begin], [finish]] = server.received.map(({ body }) => JSON.parse(body)) as [[Alert], [Alert]]
  expect(finish.labels).toEqual(begin.labels)
  expect(begin.labels).toMatchObject({ alertname: 'PM2.5 above 25 µg/m³', zone: 'west', subject: 'Market Square' })
  expect(begin.startsAt).toBe('2026-11-01T12:00:00.000Z')
  expect(Date.parse(begin.endsAt)).toBeGreaterThan(NOW.getTime())
  expect(finish.endsAt).toBe(end)
})
type Alert = { labels: object; startsAt: string; endsAt: string }

test('MQTT: published to the topic of the receiver on the city broker, with the message id', async () => {
  const { pool } = database
  const broker = keep(await openTestBroker())
  const live = keep(openMqttSource({ url: broker.url, log: createLog('test', 'silent') }))
  await expect.poll(() => live.subscribed(), { timeout: 10_000 }).toBe(true)
  const topic = `citywell/notifications/${broker.prefix}`
  const subscriber = await connectAsync(broker.url)
  await subscriber.subscribeAsync(topic, { qos: 1 })
  const got = new Promise<string>((done) => subscriber.on('message', (_topic, payload) => done(payload.toString())))
  await addReceiver(pool, { channel: 'mqtt', config: { topic } })
  await emit(pool, NOW, event())
  const publish = (to: string, payload: string) => live.publish(to, Buffer.from(payload))
  await createWorker(pool, NOW, { publish }).at(NOW)
  const { rows } = await pool.query<{ id: string }>('select id from notification_message')
  expect(JSON.parse(await got)).toMatchObject({
    id: rows[0]?.id,
    title: 'Warning: PM2.5 above 25 µg/m³, Market Square',
  })
  await subscriber.endAsync()
})

test('Web Push: encrypted for the browser (RFC 8291), authorised by VAPID; a cancelled subscription is undeliverable', async () => {
  const { pool } = database
  const service = keep(await openHttpReceiver((n) => ({ status: n === 0 ? 201 : 410 })))
  const browser = createECDH('prime256v1')
  browser.generateKeys()
  const auth = randomBytes(16)
  const keys = { p256dh: browser.getPublicKey().toString('base64url'), auth: auth.toString('base64url') }
  const secret = secrets.seal(JSON.stringify({ endpoint: service.url, keys }))
  await addReceiver(pool, { channel: 'web_push', secret })
  const vapid = webPush.generateVAPIDKeys()
  const worker = createWorker(pool, NOW, { vapidKeys: async () => vapid })
  await emit(pool, NOW, event())
  await worker.at(NOW)
  const [{ headers, body }] = service.received as [Received]
  expect(headers['content-encoding']).toBe('aes128gcm')
  expect(headers.authorization).toMatch(/^vapid t=.+, k=/)
  expect(headers.topic).toMatch(/^[\w-]{1,32}$/)
  expect(decrypt(Buffer.from(body, 'latin1'), browser, auth)).toContain('Market Square')
  await emit(pool, NOW, event({ incidentId: 'incident-2' }))
  await worker.at(NOW)
  expect((await messages(pool)).map(({ state }) => state).sort()).toEqual(['sent', 'undeliverable'])
})

/** RFC 8291, section 3.4, and RFC 8188: what the browser does. */
function decrypt(body: Buffer, browser: ReturnType<typeof createECDH>, auth: Buffer): string {
  const salt = body.subarray(0, 16)
  const sender = body.subarray(21, 21 + (body[20] ?? 0))
  const sealed = body.subarray(21 + (body[20] ?? 0))
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender])
  const ikm = Buffer.from(hkdfSync('sha256', browser.computeSecret(sender), auth, info, 32))
  const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16))
  const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12))
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString('utf8')
}
