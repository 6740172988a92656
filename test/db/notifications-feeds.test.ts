/** Feeds of alerts: well-formed, with what CAP 1.2 requires, and valid against its schema where the schema is at hand. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { openTestApi, type TestApi } from './api-fixture.ts'
import { addReceiver, createWorker, EMPTY, emit, event } from './notification-fixture.ts'

/** CAP-v1.2.xsd of docs.oasis-open.org/emergency/cap/v1.2/, which is not part of the project. */
const SCHEMA = process.env['CAP_XSD']
const NOW = new Date('2026-11-01T12:00:00Z')

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api?.close())
beforeEach(async () => {
  await api.pool.query(EMPTY)
})

const get = async (path: string) => {
  const { statusCode, headers, body } = await api.app.inject({
    url: `/api/v1/alerts/${path}`,
    headers: { host: 'city.example' },
  })
  return { status: statusCode, type: headers['content-type'], body }
}
/** An incident that opens, gets worse and ends, as three published alerts. */
async function publish(change: Parameters<typeof event>[0] = {}): Promise<void> {
  await addReceiver(api.pool, { name: 'public', remind_minutes: 1 })
  const worker = createWorker(api.pool, NOW)
  for (const [minutes, kind, severity] of [
    [0, 'opened', 'warning'],
    [10, 'severity_changed', 'critical'],
    [30, 'resolved', 'critical'],
  ] as const) {
    const at = new Date(NOW.getTime() + minutes * 60_000 - 3_600_000)
    const ended = kind === 'resolved' && { endedAt: at.toISOString(), value: 12 }
    await emit(api.pool, at, event({ kind, severity, at: at.toISOString(), ...ended, ...change }))
    await worker.at(at)
  }
}
const alertsOf = (feed: string): string[] => feed.match(/<alert .*?<\/alert>/gs) ?? []
const field = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1]
const problemsOf = async (xml: string, schema?: string): Promise<readonly unknown[]> =>
  (
    await validateXML({
      xml: [{ fileName: 'document.xml', contents: xml }],
      ...(schema === undefined
        ? { normalization: 'format' as const }
        : { schema: [{ fileName: 'CAP-v1.2.xsd', contents: schema }] }),
    } as Parameters<typeof validateXML>[0])
  ).errors

test('without a receiver of the channel feed, feeds are empty and well-formed', async () => {
  await addReceiver(api.pool, { name: 'mail', channel: 'email', config: { address: 'a@city.example' } })
  await emit(api.pool, NOW, event())
  for (const path of ['cap.xml', 'atom.xml', 'rss.xml']) {
    const { status, body } = await get(path)
    expect(status).toBe(200)
    expect(body).not.toMatch(/<(entry|item)>/)
    expect(await problemsOf(body)).toEqual([])
  }
  expect((await get('cap/1.xml')).status).toBe(404)
})

test('an alert, its update and its cancellation refer to each other', async () => {
  await publish()
  const [cancel = '', update = '', alert = ''] = alertsOf((await get('cap.xml')).body)
  expect([alert, update, cancel].map((xml) => field(xml, 'msgType'))).toEqual(['Alert', 'Update', 'Cancel'])
  expect(field(alert, 'references')).toBeUndefined()
  // 3.2.1: "sender,identifier,sent" of each earlier message, separated by spaces
  const reference = (xml: string) => `${field(xml, 'sender')},${field(xml, 'identifier')},${field(xml, 'sent')}`
  expect(field(cancel, 'references')).toBe(`${reference(alert)} ${reference(update)}`)
  expect(field(alert, 'sent')).toBe('2026-11-01T11:00:00-00:00')
  expect(field(update, 'severity')).toBe('Severe')
  expect(field(cancel, 'description')).toContain('Value now: 12 µg/m³')
  expect(field(alert, 'polygon')?.split(' ')[0]).toBe('38.6,-9.2')
})

test('mandatory elements are there in the order of the schema, with its values', async () => {
  await publish()
  const [, , alert = ''] = alertsOf((await get('cap.xml')).body)
  const names = [...alert.matchAll(/<([a-zA-Z]+)[ >]/g)].map(([, name = '']) => name)
  const inOrder = (order: readonly string[]) => names.filter((name) => order.includes(name))
  // CAP 1.2, 3.4
  const alertOrder = [
    'identifier',
    'sender',
    'sent',
    'status',
    'msgType',
    'scope',
    'note',
    'references',
    'incidents',
    'info',
  ]
  const infoOrder = [
    'language',
    'category',
    'event',
    'responseType',
    'urgency',
    'severity',
    'certainty',
    'onset',
    'senderName',
  ]
  const rest = ['headline', 'description', 'web', 'parameter', 'area']
  for (const order of [alertOrder, [...infoOrder, ...rest]]) {
    const found = [...new Set(inOrder(order))]
    expect(found).toEqual(order.filter((name) => found.includes(name)))
  }
  for (const name of [
    'identifier',
    'sender',
    'sent',
    'status',
    'msgType',
    'scope',
    'category',
    'event',
    'urgency',
    'severity',
    'certainty',
    'areaDesc',
  ])
    expect(names, name).toContain(name)
  expect([field(alert, 'status'), field(alert, 'category'), field(alert, 'urgency')]).toEqual([
    'Actual',
    'Env',
    'Expected',
  ])
  // 3.2.1: no spaces, commas, < or &
  expect(field(alert, 'identifier')).toMatch(/^[^\s,<&]+$/)
})

test('names with markup, controls and halves of characters stay text in all feeds', async () => {
  const name = `<script>&"'\u0007 \ud800 ]]> über 🚰`
  await publish({ rule: { id: 'x', name }, subject: { kind: 'thing', id: 'air-1', name } })
  for (const path of ['cap.xml', 'atom.xml', 'rss.xml']) {
    const { body } = await get(path)
    expect(await problemsOf(body), path).toEqual([])
    expect(body).toContain('&lt;script&gt;')
    expect(body).not.toContain('<script')
  }
})

test('each alert has an address of its own, with its media type', async () => {
  await publish()
  const { body } = await get('cap.xml')
  const href = /https?:\/\/city\.example\/api\/v1\/alerts\/(cap\/\d+\.xml)/.exec(body)?.[1] ?? ''
  const { status, type, body: alert } = await get(href)
  expect([status, type]).toEqual([200, 'application/cap+xml; charset=utf-8'])
  expect(alertsOf(alert)).toEqual([alertsOf(body)[0]])
})

describe.skipIf(SCHEMA === undefined)(
  `CAP-v1.2.xsd of OASIS${SCHEMA === undefined ? ' (skipped: CAP_XSD does not name it)' : ''}`,
  () => {
    test('every alert is valid', async () => {
      const schema = await readFile(SCHEMA ?? '', 'utf8')
      await publish()
      const alerts = alertsOf((await get('cap.xml')).body)
      expect(alerts).toHaveLength(3)
      for (const alert of alerts) expect(await problemsOf(alert, schema)).toEqual([])
      expect(await problemsOf(alerts[0]?.replace('<scope>Public</scope>', '') ?? '', schema)).not.toEqual([])
    })
  },
)
