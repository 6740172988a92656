/** Accounts and tokens that may change Things of certain zones and owners only. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROUTES } from '#api/access/routes.ts'
import { newAccount } from './access-fixture.ts'
import { addThing, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let west: Awaited<ReturnType<typeof newAccount>>['browser']
beforeAll(async () => {
  api = await openTestApi()
  await addThing(api.pool, { key: 'in-west', zone: 'west' }, 'pm2_5')
  await addThing(api.pool, { key: 'in-east', zone: 'east', lon: -9.05 }, 'pm2_5')
  await addThing(api.pool, { key: 'school', zone: 'east', lon: -9.05 }, 'pm2_5')
  await api.pool.query(`update thing set owner = 'Schools' where key = 'school'`)
  const restriction = { zones: ['west'], owners: ['Schools'] }
  west = (await newAccount(api, 'west', { role: 'registrar', restriction })).browser
})
afterAll(() => api?.close())

const nameOf = async (key: string) =>
  (await api.pool.query('select name from thing where key = $1', [key])).rows[0]?.name
const change = (key: string, to: object) => west.call('PATCH', `/registry/things/${key}`, to)
const IN_EAST = { type: 'Point', coordinates: [-9.05, 38.65] }

test('within the zone, or of the owner, Things may be changed', async () => {
  expect((await change('in-west', { name: 'West 1' })).status).toBe(200)
  expect((await change('school', { name: 'School 1' })).status).toBe(200)
  expect((await west.call('PATCH', '/things/school', { name: 'School 2' })).status).toBe(200)
  expect(await nameOf('school')).toBe('School 2')
})

const JSON_MAPPING = { device: { level: 2 }, fields: { t: { property: 'temperature' } } }
const REFUSED: readonly (readonly [
  what: string,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  payload: object | undefined,
])[] = [
  ['change', 'PATCH', '/registry/things/in-east', { name: 'x' }],
  ['change by the other route', 'PATCH', '/things/in-east', { name: 'x' }],
  ['take over', 'PATCH', '/registry/things/in-east', { owner: 'Schools' }],
  ['confirm, together with one of its own', 'POST', '/registry/things/confirm', { keys: ['in-west', 'in-east'] }],
  ['rename', 'POST', '/registry/things/in-east/rename', { key: 'mine' }],
  ['merge into its own', 'POST', '/registry/things/in-east/merge', { into: 'in-west' }],
  ['merge its own into', 'POST', '/registry/things/in-west/merge', { into: 'in-east' }],
  [
    'calibrate',
    'PUT',
    '/registry/things/in-east/calibrations',
    { property: 'pm2_5', validFrom: '2026-01-01T00:00:00Z', gain: 2, offset: 0 },
  ],
  [
    'record a replacement',
    'PUT',
    '/registry/things/in-east/meter-replacements',
    { property: 'energy', replacedAt: '2026-01-01T00:00:00Z' },
  ],
  ['give its own away', 'PATCH', '/registry/things/school', { owner: 'Others' }],
  ['move its own out', 'PATCH', '/registry/things/in-west', { place: IN_EAST }],
  ['take a replacement back', 'DELETE', '/registry/things/in-east/meter-replacements/1', undefined],
  ['delete', 'DELETE', '/registry/things/in-east?confirm=in-east', undefined],
  ['delete many, one of them outside', 'POST', '/registry/things/bulk', ofAll('delete')],
  ['confirm many, one of them outside', 'POST', '/registry/things/bulk', ofAll('confirm')],
  ['ignore many, one of them outside', 'POST', '/registry/things/bulk', ofAll('ignore')],
  ['ignore a Thing', 'POST', '/registry/ignored', { things: ['in-east'] }],
  ['ignore a device', 'POST', '/registry/ignored', { devices: ['key/in-east'] }],
  ['ignore a topic', 'POST', '/registry/ignored', { topics: ['city/#'] }],
  ['ignore no longer', 'DELETE', '/registry/ignored/1', undefined],
  ['approve devices', 'POST', '/registry/pending/approve', { devices: ['key/waiting'] }],
  ['issue a credential', 'POST', '/registry/things/in-east/credentials', {}],
  [
    'issue a credential for topics of others',
    'POST',
    '/registry/things/in-west/credentials',
    { topics: ['city/air/in-east'] },
  ],
  ['revoke a credential', 'DELETE', '/registry/credentials/1', undefined],
  ['write a mapping, which applies everywhere', 'PUT', '/registry/mappings', { field: 'x', property: 'pm2_5' }],
  ['remove a mapping', 'DELETE', '/registry/mappings/1', undefined],
  ['describe messages', 'PUT', '/registry/payloads/x', { topic: 'lab/+/x', mapping: JSON_MAPPING }],
  ['remove a description', 'DELETE', '/registry/payloads/lab', undefined],
]

/** A change of the three Things, of which one is neither in the zone nor of the owner. */
function ofAll(action: string) {
  return { action, selection: { keys: ['in-west', 'school', 'in-east'] }, expected: 3 }
}

// something that each of the requests would find
const SOMETHING = `
  insert into meter_replacement (id, thing_id, property, channel, replaced_at, note)
    overriding system value select 1, id, 'energy', '', '2026-01-01', '' from thing where key = 'in-east' on conflict do nothing;
  insert into ignored (id, kind, name, note, who) overriding system value values (1, 'device', 'key/noisy', '', '') on conflict do nothing;
  insert into pending_device values ('key/waiting', 'air', 'city/air/waiting', '', '{}', '2026-01-01', '2026-01-01', 1, 1, 9) on conflict do nothing;
  insert into device_credential (id, thing_id, username, secret, topics, note, who)
    overriding system value select 1, id, 'east', '', '{city/air/in-east}', '', '' from thing where key = 'in-east' on conflict do nothing;
  insert into field_mapping (id, field, property) overriding system value values (1, 'known', 'pm2_5') on conflict do nothing;
  insert into payload_mapping (name, topic, mapping) values ('lab', 'lab/+/y', '{}') on conflict do nothing;
  update thing set verified = (key <> 'in-west')`
const TABLES =
  'thing field_mapping audit_entry registry_change meter_replacement ignored pending_device device_credential payload_mapping thing_deletion'

test.each(REFUSED)('%s: refused, and nothing is changed', async (_, method, path, payload) => {
  await api.pool.query(SOMETHING)
  const state = async () => {
    const tables = TABLES.split(' ').map(
      async (table) => (await api.pool.query(`select t::text from ${table} t order by 1`)).rows,
    )
    return JSON.stringify(await Promise.all(tables))
  }
  const before = await state()
  expect(await west.call(method, path, payload)).toMatchObject({ status: 403, code: 'OUTSIDE_RESTRICTION' })
  expect(await state()).toBe(before)
})

test('every route that changes the registry is among them', () => {
  const changing = Object.entries(ROUTES).flatMap(([route, access]) =>
    access === 'registry' && !route.startsWith('GET ') ? [route.replace('/api/v1', '')] : [],
  )
  const isTried = (route: string): boolean => {
    const pattern = new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`)
    return REFUSED.some(([, method, path]) => pattern.test(`${method} ${path.replace(/\?.*/, '')}`))
  }
  expect(changing.length).toBeGreaterThan(15)
  expect(changing.filter((route) => !isTried(route))).toEqual([])
})
