/** What decides whether somebody is notified is in the audit log: who, what it was before, and what it is. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newAccount } from './access-fixture.ts'
import { NOW, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let operator: Awaited<ReturnType<typeof newAccount>>['browser']
beforeAll(async () => {
  api = await openTestApi()
  operator = (await newAccount(api, 'olga@city.example')).browser
})
afterAll(() => api?.close())

const endsAt = new Date(NOW.getTime() + 3_600_000).toISOString()
const entries = async () =>
  (
    await api.pool.query<{ action: string; subject: string; content: Record<string, unknown> }>(
      `select action, subject, content from audit_entry order by id`,
    )
  ).rows

test('receivers, silences and maintenance windows: created, changed, ended; without names and addresses of persons', async () => {
  const config = { address: 'olga.private@mail.example' }
  const made = await operator.call('POST', '/receivers', { channel: 'email', name: 'Olga at home', config })
  const { id } = made.body['receiver'] as { id: string }
  await operator.call('PATCH', `/receivers/${id}`, { severities: ['critical'] })
  await operator.call('POST', `/receivers/${id}/test`)
  await operator.call('DELETE', `/receivers/${id}`)
  const silence = { matchers: { zone: ['west'] }, endsAt, author: 'Nobody', comment: 'called by Mr Li' }
  const silenced = await operator.call('POST', '/silences', silence)
  await operator.call('DELETE', `/silences/${silenced.body['id']}`)
  const windows = [{ days: [1], from: '10:00', to: '11:00' }]
  const works = { name: 'Works', matchers: { rule: ['r'] }, windows, author: 'Nobody' }
  const planned = await operator.call('POST', '/maintenance-windows', works)
  await operator.call('DELETE', `/maintenance-windows/${planned.body['id']}`)

  const log = await entries()
  expect(log.map(({ action }) => action)).toEqual([
    ...['receiver.create', 'receiver.change', 'receiver.test', 'receiver.delete'],
    ...['silence.create', 'silence.end', 'maintenance_window.create', 'maintenance_window.delete'],
  ])
  expect(log.map(({ content }) => content)).toMatchObject([
    { after: { channel: 'email', enabled: true } },
    { before: { severities: ['info', 'warning', 'critical'] }, after: { severities: ['critical'] } },
    { after: { ok: false } },
    { before: { severities: ['critical'] } },
    { after: { matchers: { zone: ['west'] }, endsAt } },
    { before: { matchers: { zone: ['west'] }, endsAt } },
    { after: { matchers: { rule: ['r'] }, windows } },
    { before: { matchers: { rule: ['r'] }, windows } },
  ])
  expect(log.every(({ content }) => (content['actor'] as { kind: string }).kind === 'account')).toBe(true)
  expect(JSON.stringify(log)).not.toMatch(/olga|home|Mr Li/i)
})

test('who silences is who is signed in, and is forgotten with the account', async () => {
  const { id, browser } = await newAccount(api, 'pavel@city.example')
  const silence = { matchers: { zone: ['west'] }, endsAt, author: 'control room', comment: 'works' }
  expect((await browser.call('POST', '/silences', silence)).body['author']).toBe('pavel@city.example')
  const administrator = (await newAccount(api, 'admin', { role: 'administrator' })).browser
  expect((await administrator.call('DELETE', `/accounts/${id}`)).status).toBe(200)
  const { silences } = (await operator.get('/silences')).body
  expect(silences).toMatchObject([{ author: 'operator' }])
})
