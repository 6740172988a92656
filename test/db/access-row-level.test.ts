/** An account that is limited to zones and owners: incidents, rules, receivers, silences and messages of others are not its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROUTES } from '#api/access/routes.ts'
import { CITYWIDE_PERMISSIONS, type Permission } from '#model/access/roles.ts'
import { newAccount } from './access-fixture.ts'
import { addThing, authorized, NOW, openTestApi, type TestApi } from './api-fixture.ts'

const MESSAGE = '00000000-0000-4000-8000-00000000000'
const [WEST, SCHOOL, EAST, CITY] = [1, 2, 3, 4]
const EVENT = { severity: 'warning', kind: 'opened' }

let api: TestApi
let own: Awaited<ReturnType<typeof newAccount>>['browser']
beforeAll(async () => {
  api = await openTestApi()
  const restriction = { zones: ['west'], owners: ['Schools'] }
  own = (await newAccount(api, 'west@city.example', { role: 'registrar', restriction })).browser
  for (const zone of ['west', 'east']) await addThing(api.pool, { key: `in-${zone}`, zone, interval: 60 }, 'pm2_5')
  await fill()
})
afterAll(() => api?.close())

const rule = (scope: object, more: object = {}) => ({
  ...{ name: 'Rule', condition: { kind: 'silence' }, levels: [{ severity: 'warning', threshold: 4 }], scope, ...more },
})
const silence = (matchers: object) => ({
  ...{ matchers, endsAt: new Date(NOW.getTime() + 3_600_000).toISOString(), author: 'somebody else', comment: 'works' },
})
const window = (matchers: object) => ({
  ...{ name: 'Works', matchers, windows: [{ days: [1], from: '10:00', to: '11:00' }], author: 'somebody else' },
})
const feed = (more: object) => ({ channel: 'feed', name: 'New', ...more })

/** Of everything something that is its own, and something that is not. */
async function fill(): Promise<void> {
  const { pool } = api
  await pool.query(`
    truncate incident, incident_event, alert_rule, notification, notification_incident, notification_message, notification_receiver,
      notification_silence, notification_maintenance restart identity cascade`)
  for (const [zone, owner] of [
    ['west', null],
    ['east', 'Schools'],
    ['east', null],
    [null, null],
  ])
    await pool.query(
      `insert into incident (rule_id, rule_name, subject_kind, subject_id, subject_name, zone_id, owner, condition, severity,
         max_severity, started_at, opened_at, handling, acknowledged_by, acknowledged_at)
       values ('r', 'Rule', 'system', gen_random_uuid(), 'S', (select id from zone where key = $1), $2, 'firing', 'warning',
         'warning', $3, $3, 'acknowledged', 'carla@city.example', $3)`,
      [zone, owner, NOW],
    )
  for (const [id, zones] of [
    ['west', ['west']],
    ['city', undefined],
  ] as const)
    await pool.query(`insert into alert_rule (id, name, definition, created_by) values ($1, $1, $2, 'x')`, [
      id,
      JSON.stringify(rule(zones ? { zones } : {})),
    ])
  // 1: of the zone, 2: of the owner, 3: of both zones, 4: of all
  await pool.query(`
    insert into notification_receiver (name, channel, zones, owners) values
      ('1', 'feed', '{west}', '{}'), ('2', 'feed', '{}', '{Schools}'), ('3', 'feed', '{west,east}', '{}'), ('4', 'feed', '{}', '{}')`)
  for (const [i, matchers] of [
    { zone: ['west'] },
    { owner: ['Schools'] },
    { zone: ['west', 'east'] },
    { rule: ['r'] },
  ].entries()) {
    await pool.query(
      `insert into notification_silence (matchers, starts_at, ends_at, author, comment, created_at)
       values ($1, $2, $2::timestamptz + interval '1 hour', 'x', $3, $2)`,
      [JSON.stringify(matchers), NOW, String(i + 1)],
    )
    await pool.query(
      `insert into notification_maintenance (name, matchers, windows, author, created_at) values ($1, $2, '[]', 'x', $3)`,
      [String(i + 1), JSON.stringify(matchers), NOW],
    )
  }
  // messages: one of each place, and one that is about the zone and another one together
  const places = [{ zoneId: 'west' }, { zoneId: 'east', owner: 'Schools' }, { zoneId: 'east' }, {}]
  for (const [message, about] of [[0], [1], [2], [3], [0, 2]].entries()) {
    await pool.query(
      `insert into notification_message (id, receiver_id, state, content, severity, created_at, next_attempt_at)
       values ($1, 4, 'undeliverable', '{"title": "t", "body": "b", "incidents": 1}', 'warning', $2, $2)`,
      [`${MESSAGE}${message}`, NOW],
    )
    for (const [state, id] of [['grouped', `${MESSAGE}${message}`], ...(message < 4 ? [['waiting', null]] : [])])
      for (const place of about)
        await pool.query(
          `insert into notification (incident_id, kind, event_at, receiver_id, event, state, due_at, message_id, created_at)
           values ($1, 'opened', $2, 4, $3, $4, $2, $5, $2)`,
          [`${place}-${message}-${state}`, NOW, JSON.stringify({ ...EVENT, ...places[place] }), state, id],
        )
  }
}

describe('what is listed', () => {
  const list = async (path: string, key: string) => (await own.get(path)).body[key] as Record<string, unknown>[]

  test('incidents are public; who works on them is shown for its own', async () => {
    const incidents = await list('/incidents', 'incidents')
    const named = incidents.filter(({ acknowledgedBy }) => acknowledgedBy !== null).map(({ id }) => Number(id))
    expect([incidents.length, named.sort()]).toEqual([4, [WEST, SCHOOL]])
    const one = async (id: number) => (await own.get(`/incidents/${id}`)).body['incident']
    expect(await one(SCHOOL)).toMatchObject({ acknowledgedBy: 'carla@city.example' })
    expect(await one(EAST)).toMatchObject({ acknowledgedBy: null })
  })

  test('receivers, silences and maintenance windows that reach nothing else', async () => {
    expect((await list('/receivers', 'receivers')).map(({ name }) => name)).toEqual(['1', '2'])
    expect((await list('/silences', 'silences')).map(({ comment }) => comment).sort()).toEqual(['1', '2'])
    expect((await list('/maintenance-windows', 'windows')).map(({ name }) => name)).toEqual(['1', '2'])
  })

  test('messages that are about nothing else, in the counts too', async () => {
    const { body } = await own.get('/notifications')
    const ids = (body['messages'] as { id: string }[]).map(({ id }) => id.slice(-1))
    expect([ids.sort(), body['undeliverable'], body['waiting']]).toEqual([
      ['0', '1'],
      2,
      expect.objectContaining({ total: 2 }),
    ])
    const all = await api.app.inject({ url: '/api/v1/notifications', headers: authorized })
    expect(all.json()).toMatchObject({ undeliverable: 5, waiting: { total: 4 } })
    expect(all.json().messages).toHaveLength(5)
  })
})

type Request = readonly [what: string, method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, payload?: object]
const REFUSED: readonly Request[] = [
  ...[EAST, CITY].flatMap((id) => [
    [`acknowledge ${id}`, 'POST', `/incidents/${id}/acknowledge`, {}] as const,
    [`assign ${id}`, 'POST', `/incidents/${id}/assign`, { to: 'x' }] as const,
    [`note ${id}`, 'POST', `/incidents/${id}/notes`, { note: 'x' }] as const,
    [`close ${id}`, 'POST', `/incidents/${id}/close`, {}] as const,
  ]),
  ['create a rule for all', 'POST', '/alert-rules', rule({})],
  ['create a rule for another zone too', 'POST', '/alert-rules', rule({ zones: ['west', 'east'] })],
  ['widen its own rule', 'PUT', '/alert-rules/west', rule({})],
  ['take over a rule of all', 'PUT', '/alert-rules/city', rule({ zones: ['west'] })],
  ['pause a rule of all', 'PATCH', '/alert-rules/city', { enabled: false }],
  ['delete a rule of all', 'DELETE', '/alert-rules/city'],
  ['create a receiver of everything', 'POST', '/receivers', feed({})],
  ['create a receiver of another owner', 'POST', '/receivers', feed({ owners: ['Schools', 'Others'] })],
  ['change a receiver of all', 'PATCH', '/receivers/4', { enabled: false }],
  ['widen its own receiver', 'PATCH', '/receivers/1', { zones: [] }],
  ['delete a receiver of two zones', 'DELETE', '/receivers/3'],
  ['test a receiver of all', 'POST', '/receivers/4/test'],
  ['silence a rule everywhere', 'POST', '/silences', silence({ rule: ['r'] })],
  ['silence another zone', 'POST', '/silences', silence({ zone: ['west', 'east'] })],
  ['end a silence of all', 'DELETE', '/silences/4'],
  ['plan work everywhere', 'POST', '/maintenance-windows', window({ severity: ['critical'] })],
  ['delete a window of another zone', 'DELETE', '/maintenance-windows/3'],
  ['send a message again that is about others too', 'POST', `/notifications/${MESSAGE}4/retry`],
  ['replay rejected messages', 'POST', '/ingest/rejected/replay', { all: true }],
  [
    'replay the archive',
    'POST',
    '/ingest/archive/replay',
    { source: 'native', from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' },
  ],
  [
    'compare all data',
    'POST',
    '/reconciliation',
    { from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z', by: 'day' },
  ],
  ['write in the shift log', 'POST', '/shift-log', { text: 'x' }],
  ['hand over', 'POST', '/shift-log/handovers', { text: 'x' }],
  ['accept a hand-over', 'POST', '/shift-log/1/accept'],
]
const TABLES =
  'incident incident_event alert_rule notification notification_message notification_receiver notification_silence notification_maintenance shift_entry'

for (const [what, method, path, payload] of REFUSED)
  test(`${what}: refused, and nothing is changed`, async () => {
    const state = async () => {
      const tables = TABLES.split(' ').map(
        async (table) => (await api.pool.query(`select t::text from ${table} t order by 1`)).rows,
      )
      return JSON.stringify(await Promise.all(tables))
    }
    const before = await state()
    expect(await own.call(method, path, payload)).toMatchObject({ status: 403, code: 'OUTSIDE_RESTRICTION' })
    expect(await state()).toBe(before)
  })

/** Read data that is public, and change nothing. */
const HARMLESS = ['POST /alert-rules/check', 'POST /alert-rules/backtest']

test('every route that changes what operators work with is among them', () => {
  const changing = Object.entries(ROUTES).flatMap(([route, access]) =>
    ['operate', 'notify'].includes(String(access)) && !route.startsWith('GET ') ? [route.replace('/api/v1', '')] : [],
  )
  const isTried = (route: string): boolean => {
    const pattern = new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`)
    return HARMLESS.includes(route) || REFUSED.some(([, method, path]) => pattern.test(`${method} ${path}`))
  }
  expect(changing.length).toBeGreaterThan(20)
  expect(changing.filter((route) => !isTried(route))).toEqual([])
})

test('what concerns the whole city needs an account without limits, of whatever role', async () => {
  const restriction = { zones: ['west'], owners: [] }
  const { browser } = await newAccount(api, 'admin', { role: 'administrator', restriction })
  const routes = Object.entries(ROUTES).filter(([, access]) => CITYWIDE_PERMISSIONS.includes(access as Permission))
  expect(routes.length).toBeGreaterThan(15)
  for (const [route] of routes) {
    const [method = '', path = ''] = route.replace('/api/v1', '').split(' ')
    const answer = await browser.call(method as 'GET', path.replace(/:\w+/g, '1'), method === 'GET' ? undefined : {})
    expect([route, answer.status, answer.code]).toEqual([route, 403, 'OUTSIDE_RESTRICTION'])
  }
  // the bytes of rejected messages are not in the list that is public
  expect((await browser.get('/session')).body['permissions']).not.toContain('payloads')
})

test('its own incidents, rules, receivers, silences and windows it may change, under its own name', async () => {
  const done = async (...request: Parameters<typeof own.call>) => (await own.call(...request)).status
  expect(await done('POST', `/incidents/${WEST}/assign`, { to: 'Dora' })).toBe(200)
  expect(await done('POST', `/incidents/${SCHOOL}/close`, {})).toBe(200)
  expect(await done('POST', '/alert-rules', rule({ zones: ['west'] }))).toBe(201)
  expect(await done('PATCH', '/alert-rules/west', { enabled: false })).toBe(200)
  expect(await done('POST', '/receivers', feed({ zones: ['west'] }))).toBe(201)
  expect(await done('PATCH', '/receivers/2', { enabled: false })).toBe(200)
  expect((await own.call('POST', '/silences', silence({ zone: ['west'] }))).body).toMatchObject({
    author: 'west@city.example',
  })
  expect((await own.call('POST', '/maintenance-windows', window({ owner: ['Schools'] }))).body).toMatchObject({
    author: 'west@city.example',
  })
  expect(await done('POST', `/notifications/${MESSAGE}1/retry`)).toBe(204)
})
