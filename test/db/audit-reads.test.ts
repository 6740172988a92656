/** Who read the bytes of messages, which may come from households, is in the audit log. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newAccount } from './access-fixture.ts'
import { NOW, openTestApi, type TestApi } from './api-fixture.ts'

const MINUTE_MS = 60_000
let api: TestApi
let now = NOW
beforeAll(async () => {
  api = await openTestApi({ clock: () => now })
  await api.pool.query(
    `insert into rejected_message (received_at, source, topic, payload, reason, full_bytes)
     values ($1, 'meters', 'home/1', 'not json', 'not_json', 8)`,
    [NOW],
  )
  await api.pool.query(
    `insert into raw_message (keep_until, received_at, source, topic, payload, full_bytes, retained, digest)
     values ($1::timestamptz + interval '1 day', $1, 'meters', 'home/1', '{}', 2, false, '\\x00')`,
    [new Date(NOW.getTime() - MINUTE_MS)],
  )
})
afterAll(() => api?.close())

const entries = async () =>
  (
    await api.pool.query<{ line: string }>(
      `select content #>> '{actor,kind}' || ':' || (content #>> '{actor,id}') || ' ' || subject || ' ' || (content ->> 'after') as line
       from audit_entry where action = 'payload.read' order by id`,
    )
  ).rows.map(({ line }) => line)

test('reading bytes is recorded, with what was asked for; reading without them is not', async () => {
  const operator = await newAccount(api, 'reader')
  const viewer = await newAccount(api, 'viewer', { role: 'viewer' })
  const lines: string[] = []
  const read = async (path: string, expected?: string) => {
    expect((await operator.browser.get(path)).status).toBe(200)
    if (expected !== undefined) lines.push(`account:${operator.id} ${expected}`)
    expect(await entries()).toEqual(lines)
  }
  expect((await viewer.browser.get('/ingest/rejected')).status).toBe(200)
  expect(await entries()).toEqual([])
  await read('/ingest/rejected?source=meters', 'messages:rejected {"query": {"source": "meters"}, "messages": 1}')
  // a page that stays open asks again and again
  now = new Date(NOW.getTime() + 9 * MINUTE_MS)
  await read('/ingest/rejected?source=meters')
  await read('/ingest/rejected?topic=home', 'messages:rejected {"query": {"topic": "home"}, "messages": 1}')
  now = new Date(NOW.getTime() + 10 * MINUTE_MS)
  await read('/ingest/rejected?source=meters', 'messages:rejected {"query": {"source": "meters"}, "messages": 1}')
  // nothing was read
  await read('/ingest/rejected?source=other')
  await read('/ingest/archive?source=meters', 'messages:archive {"query": {"source": "meters"}, "messages": 1}')
})

test('what could not be recorded is not answered', async () => {
  const { browser } = await newAccount(api, 'unrecorded')
  await api.pool.query('alter table audit_entry add constraint full_disk check (id < 0) not valid')
  try {
    const answer = await browser.get('/ingest/archive?source=meters')
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(JSON.stringify(answer.body)).not.toContain('home/1')
  } finally {
    await api.pool.query('alter table audit_entry drop constraint full_disk')
  }
})
