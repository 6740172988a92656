/** Accounts and tokens that may change Things of certain zones and owners only. */
import { afterAll, beforeAll, expect, test } from 'vitest'
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

test.each([
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
  ['write a mapping, which applies everywhere', 'PUT', '/registry/mappings', { field: 'x', property: 'pm2_5' }],
] as const)('%s: refused, and nothing is changed', async (_, method, path, payload) => {
  await api.pool.query(`update thing set verified = (key <> 'in-west')`)
  const state = async () =>
    JSON.stringify((await api.pool.query('select t::text from thing t order by id')).rows) +
    JSON.stringify((await api.pool.query('select m::text from field_mapping m')).rows) +
    JSON.stringify((await api.pool.query('select count(*) from audit_entry')).rows)
  const before = await state()
  expect(await west.call(method, path, payload)).toMatchObject({ status: 403, code: 'OUTSIDE_RESTRICTION' })
  expect(await state()).toBe(before)
})
