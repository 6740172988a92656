/** The shift log: who writes and reads it, what a hand-over holds, that one person accepts it, and what is left of persons. */
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ShiftEntry, shiftEntrySchema, shiftLogResponse } from '#model/api/shift-log.ts'
import { until } from '../delivery/until.ts'
import { newAccount } from './access-fixture.ts'
import { authorized, NOW, openTestApi, type TestApi } from './api-fixture.ts'

type Operator = Awaited<ReturnType<typeof newAccount>>
let api: TestApi
let ana: Operator
let ben: Operator
beforeAll(async () => {
  api = await openTestApi()
  ana = await newAccount(api, 'ana@city.example')
  ben = await newAccount(api, 'ben@city.example')
})
afterAll(() => api?.close())

let incidents = 0
async function addIncident(severity: string, closed = false): Promise<string> {
  incidents += 1
  const { rows } = await api.pool.query<{ id: number }>(
    `insert into incident (rule_id, rule_name, subject_kind, subject_id, subject_name, condition, severity, max_severity,
       started_at, opened_at, handling, closed_at, closed_reason)
     values ('r', 'Rule', 'system', $1, $1, 'firing', $2, $2, $3, $3, $4, $5, $6) returning id`,
    [
      `subject ${incidents}`,
      severity,
      NOW,
      closed ? 'closed' : 'open',
      closed ? NOW : null,
      closed ? 'resolved' : null,
    ],
  )
  return String(rows[0]?.id)
}
const write = async ({ browser }: Operator, text: string, more: object = {}) => {
  const answer = await browser.call('POST', '/shift-log', { text, ...more })
  return { ...answer, entry: answer.status === 201 ? shiftEntrySchema.parse(answer.body) : null }
}
async function handOver({ browser }: Operator): Promise<ShiftEntry> {
  return shiftEntrySchema.parse((await browser.call('POST', '/shift-log/handovers', { text: 'Quiet night.' })).body)
}
const accept = ({ browser }: Operator, id: string) => browser.call('POST', `/shift-log/${id}/accept`)
const log = async ({ browser }: Operator) => shiftLogResponse.parse((await browser.get('/shift-log?limit=200')).body)

test('an operator writes, a viewer sees nothing of it, an auditor reads and does not write', async () => {
  const at = new Date(NOW.getTime() - 3_600_000).toISOString()
  const { entry } = await write(ana, '  Pump 3 was replaced. ', { at })
  expect(entry).toMatchObject({
    kind: 'note',
    text: 'Pump 3 was replaced.',
    at,
    writtenAt: NOW.toISOString(),
    own: true,
  })
  expect(entry?.author).toEqual({ name: 'ana@city.example', kind: 'account', role: 'operator' })
  const auditor = await newAccount(api, 'auditor@city.example', { role: 'auditor' })
  expect((await log(auditor)).entries[0]).toMatchObject({ id: entry?.id, own: false })
  expect((await write(auditor, 'x')).code).toBe('PERMISSION_MISSING')
  for (const role of ['viewer', 'analyst'] as const) {
    const { browser } = await newAccount(api, `${role}@city.example`, { role })
    expect((await browser.get('/shift-log')).code).toBe('PERMISSION_MISSING')
  }
  expect((await api.app.inject('/api/v1/shift-log')).statusCode).toBe(401)
})

test.for([
  [{ at: '2026-11-01T13:00:00Z' }, 'an hour ahead'],
  [{ at: '2026-09-01T12:00:00Z' }, 'two months ago'],
  [{ incidents: ['999999'] }, 'of an incident that there is not'],
] as const)('an entry %j (%s) is refused, and nothing of it is kept', async ([more]) => {
  const before = (await log(ana)).entries.length
  expect((await write(ana, 'x', more)).code).toBe('VALUE_INVALID')
  expect((await log(ana)).entries).toHaveLength(before)
})

test('a hand-over lists what was open then, as it was then', async () => {
  const [mild, grave, over] = [
    await addIncident('warning'),
    await addIncident('critical'),
    await addIncident('info', true),
  ]
  const { id } = await handOver(ana)
  await api.pool.query(
    `update incident set severity = 'info', condition = 'normal', handling = 'closed', closed_at = $2, closed_reason = 'resolved' where id = $1`,
    [grave, NOW],
  )
  const later = await addIncident('critical')
  const entry = (await log(ben)).waiting
  expect(entry?.id).toBe(id)
  expect(entry?.incidents.map((one) => [one.id, one.severity, one.handling, one.open])).toEqual([
    [grave, 'critical', 'open', false],
    [mild, 'warning', 'open', true],
  ])
  expect(entry?.incidents.map((one) => one.id)).not.toContain(over)
  expect(entry?.incidents.map((one) => one.id)).not.toContain(later)
  const about = shiftLogResponse.parse((await ben.browser.get(`/shift-log?incident=${mild}`)).body)
  expect(about.entries.map((one) => one.id)).toEqual([id])
})

test('who hands over does not accept; of two who accept at once, one does', async () => {
  const carla = await newAccount(api, 'carla@city.example')
  const { id } = await handOver(ana)
  expect((await accept(ana, id)).code).toBe('HANDOVER_CONFLICT')
  const both = await Promise.all([accept(ben, id), accept(carla, id)])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  const winner = both[0].status === 200 ? 'ben@city.example' : 'carla@city.example'
  const { entries, waiting } = await log(ana)
  expect(waiting).toBeNull()
  expect(entries.find((one) => one.id === id)?.handover).toEqual({
    state: 'accepted',
    acceptedAt: NOW.toISOString(),
    acceptedBy: { name: winner, kind: 'account', role: 'operator' },
  })
  const { entry } = await write(ana, 'x')
  expect((await accept(ben, entry?.id ?? '')).code).toBe('HANDOVER_CONFLICT')
  expect((await accept(ben, '99999999')).code).toBe('SHIFT_ENTRY_UNKNOWN')
})

/** What should be: every hand-over with its author and whether it was accepted. */
type Known = { readonly id: string; readonly by: string; accepted: boolean }

async function acceptOne(known: readonly Known[], chosen: Known, who: 'ana' | 'ben'): Promise<void> {
  const may = chosen === known.at(-1) && !chosen.accepted && chosen.by !== who
  expect((await accept({ ana, ben }[who], chosen.id)).status).toBe(may ? 200 : 409)
  chosen.accepted ||= may
}

test('whatever is written in whatever order, at most the newest hand-over waits, and it is accepted once', async () => {
  const action = fc.record({
    do: fc.constantFrom('note', 'handover', 'accept'),
    who: fc.constantFrom('ana', 'ben'),
    which: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 20 }), async (actions) => {
      await api.pool.query('delete from shift_entry')
      const people = { ana, ben }
      const known: Known[] = []
      for (const { do: what, who, which } of actions) {
        if (what === 'note') await write(people[who], 'note')
        if (what === 'handover') known.push({ id: (await handOver(people[who])).id, by: who, accepted: false })
        const chosen = what === 'accept' ? known[which % Math.max(known.length, 1)] : undefined
        if (chosen) await acceptOne(known, chosen, who)
      }
      const newest = known.at(-1)
      const { entries, waiting } = await log(ana)
      expect(waiting?.id).toBe(newest && !newest.accepted ? newest.id : undefined)
      const states = entries.flatMap(({ id, handover }) => (handover ? [[id, handover.state]] : [])).reverse()
      expect(states).toEqual(
        known.map((one) => [one.id, one.accepted ? 'accepted' : one === newest ? 'waiting' : 'replaced']),
      )
    }),
    { seed: 14, numRuns: 15 },
  )
})

describe('persons', () => {
  const audited = async () =>
    (await api.pool.query<{ text: string }>(`select content::text as text from audit_entry order by id`)).rows
      .map(({ text }) => text)
      .join('\n')

  test('the audit log says that something was written, and nothing of the text', async () => {
    const { entry } = await write(ben, 'Mrs Secret of 5 Hidden Lane called.')
    const text = await audited()
    expect(text).toContain(`"subject": "shift:${entry?.id}"`)
    expect(text).not.toContain('Hidden Lane')
    expect(text).not.toContain('ben@city.example')
  })

  test('an administrator erases a text; an operator does not', async () => {
    const { entry } = await write(ben, 'Mrs Secret called again.')
    const path = `/shift-log/${entry?.id}/text`
    expect((await ben.browser.call('DELETE', path)).code).toBe('PERMISSION_MISSING')
    const erased = await api.app.inject({ method: 'DELETE', url: `/api/v1${path}`, headers: authorized })
    expect(erased.json()).toMatchObject({ id: entry?.id, text: null, author: { name: 'ben@city.example' } })
    const { rows } = await api.pool.query(`select from shift_entry where text like '%called again%'`)
    expect(rows).toHaveLength(0)
    expect(await audited()).toContain('shift.erase_text')
  })

  /** Tables with a row that has the text, in whatever column. */
  const tablesWith = async (text: string): Promise<string[]> => {
    const { rows } = await api.pool.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    )
    const found = []
    for (const { name } of rows) {
      const { rowCount } = await api.pool.query(`select from "${name}" t where strpos(t::text, $1) > 0 limit 1`, [text])
      if (rowCount) found.push(name)
    }
    return found
  }

  test('with an account its name goes from every table, and what was written stays', async () => {
    const dora = await newAccount(api, 'dora@city.example')
    const { entry } = await write(dora, 'Dora was here.')
    const incident = await addIncident('warning')
    for (const action of ['acknowledge', 'notes'])
      await dora.browser.call('POST', `/incidents/${incident}/${action}`, { note: 'x' })
    await ana.browser.call('POST', `/incidents/${incident}/assign`, { to: 'dora@city.example' })
    const { id } = await handOver(ana)
    await accept(dora, id)
    expect(await tablesWith('dora@')).toEqual(expect.arrayContaining(['account', 'incident', 'incident_event']))
    await api.app.inject({ method: 'DELETE', url: `/api/v1/accounts/${dora.id}`, headers: authorized })
    expect(await tablesWith('dora@')).toEqual([])
    const { body } = await ana.browser.get(`/incidents/${incident}`)
    expect(body.incident).toMatchObject({ assignedTo: 'operator', acknowledgedBy: 'operator' })
    const { entries } = await log(ana)
    expect(entries.find((one) => one.id === entry?.id)?.author).toEqual({
      name: null,
      kind: 'account',
      role: 'operator',
    })
    expect(entries.find((one) => one.id === id)?.handover).toMatchObject({
      state: 'accepted',
      acceptedBy: { name: null, role: 'operator' },
    })
    expect(JSON.stringify(entries)).not.toContain('dora@')
  })
})

test('open pages learn of every change, and nothing of what was written', async () => {
  const url = new URL(await api.app.listen({ port: 0, host: '127.0.0.1' }))
  let text = ''
  const socket = connect(Number(url.port), '127.0.0.1')
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8')
  })
  socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`)
  await until(
    () => text.includes('event: snapshot'),
    (seen) => seen,
  )
  await until(
    async () => {
      await write(ana, 'not for everybody')
      return text.includes('event: shift')
    },
    (seen) => seen,
  )
  socket.destroy()
  expect(/event: shift\r?\ndata: (.*)\n/.exec(text)?.[1]).toMatch(/^\{"revision":\d+\}$/)
  expect(text).not.toContain('not for everybody')
})
