import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAddressRule, createHttpSender } from '#domain/notifications/channels/guarded-http.ts'
import { createSender } from '#domain/notifications/channels/index.ts'
import { TEMPLATE_FIELDS } from '#model/notifications/template.ts'
import { authorized, NOW, openTestApi, type TestApi } from './api-fixture.ts'
import { addReceiver, createWorker, EMPTY, emit, event, secrets } from './notification-fixture.ts'
import { openHttpReceiver } from './notification-servers.ts'

let api: TestApi
let now = NOW
let hook: Awaited<ReturnType<typeof openHttpReceiver>>
beforeAll(async () => {
  const clock = () => now
  const send = createSender({
    ...{ clock, secrets, contact: 'mailto:city@city.example', publish: async () => {} },
    http: createHttpSender(createAddressRule(['127.0.0.1'])),
    vapidKeys: async () => ({ publicKey: '', privateKey: '' }),
  })
  api = await openTestApi({ clock, notify: { send, secrets, publicKey: async () => 'key' } })
  hook = await openHttpReceiver((n) => ({ status: n === 0 ? 200 : 500 }))
})
afterAll(async () => {
  await hook?.close()
  await api?.close()
})
beforeEach(async () => {
  now = NOW
  await api.pool.query(EMPTY)
})

const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) => {
  const answer = await api.app.inject({
    ...{ method, url: `/api/v1${path}`, headers: authorized },
    ...(payload && { payload }),
  })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
}
const webhook = (change: object = {}) => ({
  channel: 'webhook',
  name: 'Hook',
  config: { url: `${hook.url}/a-token` },
  ...change,
})

describe('receivers', () => {
  test('there is none by default', async () => {
    expect((await call('GET', '/receivers')).body).toEqual({ receivers: [] })
  })

  test('one is tested when it is created; its secret and the path of its URL are shown once or never', async () => {
    const { status, body } = await call('POST', '/receivers', webhook())
    expect(status).toBe(201)
    expect(body.test).toEqual({ ok: true, error: null })
    expect(body.signingSecret).toMatch(/^whsec_/)
    expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({ type: 'test', data: { test: true } })
    const listed = JSON.stringify((await call('GET', '/receivers')).body)
    expect(listed).toContain(new URL(hook.url).origin)
    for (const secret of [body.signingSecret, 'a-token']) expect(listed).not.toContain(secret)
    const { rows } = await api.pool.query('select r::text as line from notification_receiver r')
    for (const secret of [body.signingSecret, 'a-token']) expect(rows[0].line).not.toContain(secret)
    // the second request is answered 500
    expect((await call('POST', `/receivers/${body.receiver.id}/test`)).body).toEqual({ ok: false, error: 'HTTP 500' })
    expect((await call('GET', `/receivers/${body.receiver.id}`)).body).toMatchObject({ testError: 'HTTP 500' })
  })

  test('a mail receiver without a mail server is created, and the answer says what is missing', async () => {
    const { body } = await call('POST', '/receivers', {
      channel: 'email',
      name: 'Mail',
      config: { address: 'a@city.example' },
    })
    expect(body.test).toEqual({ ok: false, error: 'no mail server is configured: set SMTP_URL and SMTP_FROM' })
  })

  test('a template with an unknown field is refused with the list of valid ones', async () => {
    const { status, body } = await call('POST', '/receivers', webhook({ template: '{rule} {recipient}' }))
    expect([status, body.code]).toEqual([422, 'VALUE_INVALID'])
    expect(body.detail).toContain('unknown field {recipient}')
    for (const field of TEMPLATE_FIELDS) expect(body.detail).toContain(`{${field}}`)
  })

  test('invalid settings are refused with field and what is valid', async () => {
    const refused = async (change: object) => (await call('POST', '/receivers', webhook(change))).body
    expect(await refused({ zones: ['north'] })).toMatchObject({
      status: 422,
      detail: 'zones: no zone north; the city has east, west',
    })
    expect((await refused({ language: 'de' })).detail).toContain('language')
    expect((await refused({ config: { url: 'https://user:secret@city.example/' } })).detail).toContain('password')
    expect((await refused({ quietHours: { windows: [{ days: [8], from: '22:00', to: '06:00' }] } })).status).toBe(400)
    const topic = await call('POST', '/receivers', { channel: 'mqtt', name: 'm', config: { topic: 'city/air/x' } })
    expect(topic.body.detail).toContain('citywell/notifications')
    expect((await call('GET', '/receivers')).body.receivers).toEqual([])
  })

  test('changing releases what quiet hours hold; switching off drops it; deleting forgets the address', async () => {
    const quietHours = { windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }], exceptSeverities: [] }
    const feed = { channel: 'feed', name: 'Public', groupSeconds: 0, quietHours }
    const { id } = (await call('POST', '/receivers', feed)).body.receiver
    await emit(api.pool, NOW, event())
    const worker = createWorker(api.pool, NOW)
    await worker.at(NOW)
    expect((await call('GET', '/notifications')).body).toMatchObject({
      messages: [],
      waiting: { total: 1, quiet_hours: 1 },
    })
    expect((await call('PATCH', `/receivers/${id}`, { quietHours: null })).status).toBe(200)
    await worker.at(NOW)
    expect((await call('GET', '/notifications?incident=incident-1')).body.messages).toMatchObject([
      { state: 'sent', receiver: { name: 'Public' }, incidentIds: ['incident-1'] },
    ])
    expect((await call('DELETE', `/receivers/${id}`)).status).toBe(204)
    expect((await call('GET', `/receivers/${id}`)).status).toBe(404)
    // who was notified stays in the history
    expect((await call('GET', '/notifications')).body.messages).toMatchObject([{ receiver: { name: 'Public' } }])
    expect((await call('POST', '/receivers', feed)).status).toBe(201)
  })
})

test('a silence holds, and ending it releases at once', async () => {
  await addReceiver(api.pool, {})
  const endsAt = new Date(NOW.getTime() + 3_600_000).toISOString()
  const request = { matchers: { rule: ['pm25'] }, endsAt, author: 'clerk', comment: 'works' }
  const { status, body } = await call('POST', '/silences', request)
  expect([status, body.state]).toEqual([201, 'active'])
  await emit(api.pool, NOW, event())
  const worker = createWorker(api.pool, NOW)
  await worker.at(new Date(NOW.getTime() + 1000))
  expect((await call('GET', '/notifications')).body.waiting).toMatchObject({ silence: 1 })
  now = new Date(NOW.getTime() + 60_000)
  expect((await call('DELETE', `/silences/${body.id}`)).status).toBe(204)
  await worker.at(now)
  expect((await call('GET', '/notifications?state=sent')).body.messages).toHaveLength(1)
  expect((await call('GET', '/silences')).body.silences).toMatchObject([{ state: 'ended', comment: 'works' }])
  expect((await call('POST', '/silences', { ...request, endsAt: NOW.toISOString() })).status).toBe(400)
  expect((await call('POST', '/silences', { ...request, matchers: {} })).body.detail).toContain('at least one')
})

test('a maintenance window is listed with whether it is open, and deleted', async () => {
  const windows = [{ days: [7], from: '11:00', to: '13:00' }]
  const request = { name: 'Backup', matchers: { zone: ['west'] }, windows, author: 'clerk' }
  const { body } = await call('POST', '/maintenance-windows', request)
  // 1 November 2026 is a Sunday
  expect(body).toMatchObject({ name: 'Backup', active: true })
  now = new Date('2026-11-01T13:00:00Z')
  expect((await call('GET', '/maintenance-windows')).body.windows).toMatchObject([{ active: false }])
  expect((await call('DELETE', `/maintenance-windows/${body.id}`)).status).toBe(204)
  expect((await call('DELETE', `/maintenance-windows/${body.id}`)).status).toBe(404)
})

test('row 6: an undeliverable message is visible with its reason, and can be tried again', async () => {
  await addReceiver(api.pool, { name: 'mail', channel: 'email', config: { address: 'a@city.example' } })
  await emit(api.pool, NOW, event())
  await createWorker(api.pool, NOW).at(NOW)
  const { messages, undeliverable } = (await call('GET', '/notifications?state=undeliverable')).body
  expect(undeliverable).toBe(1)
  expect(messages).toMatchObject([{ state: 'undeliverable', error: expect.stringContaining('SMTP_URL'), attempts: 1 }])
  const path = `/notifications/${messages[0].id}/retry`
  expect((await call('POST', path)).status).toBe(204)
  expect((await call('GET', '/notifications')).body.messages).toMatchObject([{ state: 'pending', attempts: 0 }])
  expect((await call('POST', path)).body.detail).toContain('only undeliverable')
})
