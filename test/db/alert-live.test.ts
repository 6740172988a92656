/** Pages learn of an incident by the event stream, whichever process changed it. */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addNote } from '#domain/alerting/actions.ts'
import { SYSTEM } from '#model/access/actor.ts'
import { incidentSchema } from '#model/api/alerts.ts'
import { until } from '../delivery/until.ts'
import { NOW, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let text = ''
beforeAll(async () => {
  api = await openTestApi()
  const url = new URL(await api.app.listen({ port: 0, host: '127.0.0.1' }))
  const socket = connect(Number(url.port), '127.0.0.1')
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8')
  })
  socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`)
  await until(
    () => text.includes('event: snapshot'),
    (seen) => seen,
  )
})
afterAll(() => api.close())

test('a changed incident is an event, and what happened before the page was opened is none', async () => {
  const { rows } = await api.pool.query<{ id: number }>(
    `insert into incident (rule_id, rule_name, subject_kind, subject_id, subject_name, condition, severity, max_severity, started_at, opened_at)
     values ('r', 'Rule', 'system', 'disk', 'Disk', 'firing', 'warning', 'warning', $1, $1) returning id`,
    [NOW],
  )
  const id = rows[0]?.id ?? 0
  // the stream looks for changes from when it began to look; a note is a change like any other
  await until(
    async () => {
      await addNote(api.pool, id, { by: SYSTEM, who: 'Ana', note: 'seen', now: NOW })
      return text.includes('event: incident')
    },
    (seen) => seen,
  )
  const incident = incidentSchema.parse(JSON.parse(/event: incident\r?\ndata: (.*)\n/.exec(text)?.[1] ?? ''))
  expect(incident).toMatchObject({ id: String(id), subject: { kind: 'system', id: 'disk' }, handling: 'open' })
})
