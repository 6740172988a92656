/** Things as the registry described them at a past instant (GET /api/v1/things?at=…). */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ThingFeature, thingFeatures } from '#model/api/city.ts'
import { addThing, authorized, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi({ clock: () => new Date() })
})
afterAll(() => api.close())

const ask = (query: string) => api.app.inject(`/api/v1/things${query}`)
const read = async (query = '') => thingFeatures.parse((await ask(query)).json())
const change = (method: 'PATCH' | 'POST' | 'DELETE', path: string, payload?: object) =>
  api.app.inject({ method, url: `/api/v1${path}`, headers: authorized, ...(payload && { payload }) })

/** An instant after everything that was changed so far, and before everything that comes. */
async function instant(): Promise<string> {
  await sleep(3)
  const at = new Date()
  await sleep(3)
  return at.toISOString()
}

/** What the registry says of a Thing: all but its values, and whether somebody has confirmed it by now. */
function entryOf({ geometry, properties }: ThingFeature) {
  const { id, key, name, domain, kind, grade, zone, simulated, expectedIntervalSeconds, attributes } = properties
  return { geometry, id, key, name, domain, kind, grade, zone, simulated, expectedIntervalSeconds, attributes }
}
const entries = async (query = '') => (await read(query)).features.map(entryOf)
const keysOf = async (query: string) => (await read(query)).features.map(({ properties }) => properties.key)
const point = (lon: number) => ({ type: 'Point', coordinates: [lon, 38.65] })
const [WEST, EAST] = [-9.15, -9.05]

type Step =
  | { readonly kind: 'add'; readonly key: string; readonly lon: number }
  | { readonly kind: 'rename'; readonly of: number; readonly key: string }
  | { readonly kind: 'move'; readonly of: number; readonly lon: number }
  | {
      readonly kind: 'edit'
      readonly of: number
      readonly name: string
      readonly grade: string
      readonly interval: number
    }
  | { readonly kind: 'attribute'; readonly of: number; readonly siting: string }
  | { readonly kind: 'delete'; readonly of: number }
  | { readonly kind: 'merge'; readonly of: number; readonly into: number }

const key = fc.constantFrom('k0', 'k1', 'k2', 'k3', 'k4')
const of = fc.nat({ max: 9 })
const lon = fc.constantFrom(WEST, EAST, -8.5)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add'), key, lon }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename'), of, key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move'), of, lon }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('edit'),
      of,
      name: fc.constantFrom('Quay', 'Harbour', 'Rampart'),
      grade: fc.constantFrom('reference', 'indicative', 'low_cost'),
      interval: fc.constantFrom(60, 600, 3600),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('attribute'), of, siting: fc.constantFrom('traffic', 'background') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), of }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge'), of, into: of }) },
) as fc.Arbitrary<Step>

/** @returns the status of the answer; 409 where a key is taken, and nothing has changed */
async function take(one: Step): Promise<number> {
  if (one.kind === 'add') {
    // a former key leads to the Thing that had it
    const taken = await api.pool.query(`select from thing_device where device = 'key/' || $1`, [one.key])
    if (taken.rowCount !== 0 || (await keysOf('')).includes(one.key)) return 409
    await addThing(api.pool, { key: one.key, lon: one.lon, zone: 'west', interval: 600 }, 'pm2_5')
    return 200
  }
  const keys = await keysOf('')
  const nth = (index: number) => encodeURIComponent(keys[index % keys.length] ?? '')
  if (keys.length === 0) return 409
  const thing = nth(one.of)
  switch (one.kind) {
    case 'rename':
      return (await change('POST', `/registry/things/${thing}/rename`, { key: one.key })).statusCode
    case 'move':
      return (await change('PATCH', `/things/${thing}`, { place: point(one.lon) })).statusCode
    case 'edit': {
      const { name, grade, interval } = one
      return (await change('PATCH', `/things/${thing}`, { name, grade, expectedIntervalSeconds: interval })).statusCode
    }
    case 'attribute':
      await api.pool.query(`update thing set attributes = jsonb_build_object('siting', $2::text) where key = $1`, [
        decodeURIComponent(thing),
        one.siting,
      ])
      return 200
    case 'delete':
      return (await change('DELETE', `/registry/things/${thing}?confirm=${thing}`)).statusCode
    case 'merge': {
      const into = nth(one.into)
      if (into === thing) return 409
      const answer = await change('POST', `/registry/things/${thing}/merge`, { into: decodeURIComponent(into) })
      return answer.statusCode
    }
  }
}

test('after any sequence of changes, `at` gives the registry as it was read after each of them', {
  timeout: 170_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
      const seen: { at: string; registry: unknown }[] = [{ at: await instant(), registry: await entries() }]
      for (const one of steps) {
        expect([200, 409], JSON.stringify(one)).toContain(await take(one))
        const registry = await entries()
        seen.push({ at: await instant(), registry })
      }
      for (const { at, registry } of seen) expect(await entries(`?at=${at}`)).toEqual(registry)
      for (const { at } of seen)
        for (const { properties } of (await read(`?at=${at}`)).features) {
          const { from = '', to = null } = properties.validity ?? {}
          expect(from < at && (to === null || to >= at), `${from} to ${to} at ${at}`).toBe(true)
        }
    }),
    { seed: 10, numRuns: 12 },
  )
})

describe('a Thing', () => {
  test('that was renamed, moved and described anew had its former key, place, zone and attributes', async () => {
    await addThing(api.pool, { key: 'quay', zone: 'west', interval: 600 }, 'no2')
    const before = await instant()
    await change('POST', '/registry/things/quay/rename', { key: 'quay-2' })
    await change('PATCH', '/things/quay-2', { name: 'Quay, new', place: point(EAST) })
    const after = await instant()
    await api.pool.query(`update thing set attributes = '{"siting": "traffic"}' where key = 'quay-2'`)
    const [then] = (await read(`?at=${before}&thing=quay`)).features
    expect(then).toMatchObject({ id: 'quay', geometry: point(WEST) })
    expect(then?.properties).toMatchObject({ name: 'quay', zone: 'west', attributes: {}, airIndex: null })
    expect(then?.properties.datastreams).toMatchObject([{ property: 'no2', latest: null }])
    const [later] = (await read(`?at=${after}&thing=quay`)).features
    expect(later).toMatchObject({
      id: 'quay-2',
      geometry: point(EAST),
      properties: { name: 'Quay, new', zone: 'east' },
    })
    expect(await keysOf(`?at=${before}&zone=west&property=no2`)).toEqual(['quay'])
    expect(await keysOf(`?at=${after}&zone=west&property=no2`)).toEqual([])
    expect(await keysOf(`?at=${before}&bbox=-9.2,38.6,-9.1,38.7&domain=air&property=no2`)).toEqual(['quay'])
    expect(await keysOf(`?at=${after}&bbox=-9.2,38.6,-9.1,38.7&property=no2`)).toEqual([])
    // the entry of before ended with the renaming
    expect(Date.parse(then?.properties.validity?.to ?? '')).toBeGreaterThan(Date.parse(before))
    expect(Date.parse(then?.properties.validity?.to ?? '')).toBeLessThan(Date.parse(after))
  })

  test('that was deleted is in the registry of before, without its owner; added again it is another one', async () => {
    await addThing(api.pool, { key: 'gone' }, 'o3')
    await change('PATCH', '/things/gone', { owner: 'A. Resident' })
    const [first] = (await read('?thing=gone')).features
    const before = await instant()
    await change('DELETE', '/registry/things/gone?confirm=gone')
    const between = await instant()
    await addThing(api.pool, { key: 'gone', zone: 'east', lon: EAST }, 'o3')
    const after = await instant()
    const found = async (at: string) => (await entries(`?at=${at}`)).filter((entry) => entry.key === 'gone')
    expect(await found(before)).toEqual([first && entryOf(first)])
    expect(await found(between)).toEqual([])
    const [again] = await found(after)
    expect(again).toMatchObject({ key: 'gone', zone: 'east' })
    expect(again?.id).not.toBe(first?.properties.id)
    const owners = await api.pool.query(`select from registry_history where state ->> 'owner' = 'A. Resident'`)
    expect(owners.rowCount).toBe(0)
  })

  test('that nobody had confirmed leaves nothing when it is deleted', async () => {
    await addThing(api.pool, { key: 'spam' }, 'o3')
    await api.pool.query(`update thing set verified = false where key = 'spam'`)
    const before = await instant()
    expect(await keysOf(`?at=${before}`)).toContain('spam')
    await change('DELETE', '/registry/things/spam?confirm=spam')
    expect(await keysOf(`?at=${before}`)).not.toContain('spam')
  })

  test('is there from and until the dates that a pack declares, once though it took the key of one that is gone', async () => {
    const declared = (from: string, to: string) =>
      api.pool.query(
        `update thing set attributes = jsonb_build_object('validFrom', $1::text, 'validTo', $2::text) where key = 'mast'`,
        [from, to],
      ) // prettier-ignore
    await addThing(api.pool, { key: 'mast' }, 'rsrp')
    await declared('2020-01-01', '2022-01-01')
    const there = async (at: string) => (await keysOf(`?at=${at}`)).filter((each) => each === 'mast').length
    const times = ['2019-12-31T12:00:00Z', '2020-01-02T00:00:00Z', '2021-12-31T12:00:00Z', '2022-01-02T00:00:00Z']
    expect(await Promise.all(times.map(there))).toEqual([0, 1, 1, 0])
    await change('DELETE', '/registry/things/mast?confirm=mast')
    await addThing(api.pool, { key: 'mast' }, 'rsrp')
    await declared('2021-01-01', '2023-01-01')
    expect(await Promise.all(times.map(there))).toEqual([0, 1, 1, 1])
  })
})

test('before the registry begins there is nothing known, and the answer says since when there is', async () => {
  const { features, total, registryBegins } = await read('?at=1990-01-01T00:00:00Z')
  expect([features, total]).toEqual([[], 0])
  const { rows } = await api.pool.query(`select min(valid_from) as begins from registry_history where entity = 'city'`)
  expect(registryBegins).toBe(rows[0].begins.toISOString())
  expect((await read(`?at=${await instant()}`)).registryBegins).toBeUndefined()
})

describe('what cannot be answered names the field, the value and what would be valid', () => {
  test.each([
    ['?at=2026-10-01', 400, 'at = "2026-10-01": must be a time with offset, e.g. 2026-05-31T10:00:00Z'],
    ['?at=yesterday', 400, 'at = "yesterday": must be a time with offset, e.g. 2026-05-31T10:00:00Z'],
    ['?at=', 400, 'at = "": must be a time with offset, e.g. 2026-05-31T10:00:00Z'],
    ['?at=2026-13-01T00:00:00Z', 400, 'at = "2026-13-01T00:00:00Z": must be a time with offset'],
    ['?at=2999-01-01T00:00:00Z', 400, 'at = "2999-01-01T00:00:00Z": must not lie in the future: 20'],
    ['?at=2020-01-01T00:00:00Z&offline=true', 400, 'offline = "true": is known of now only'],
    ['?at=2020-01-01T00:00:00Z&zone=nowhere', 404, 'nowhere'],
    ['?at=2020-01-01T00:00:00Z&property=unheard_of', 404, 'unheard_of'],
    ['?at=2020-01-01T00:00:00Z&thing=unheard-of', 404, 'unheard-of'],
  ])('%s', async (query, status, text) => {
    const answer = await ask(query)
    expect(answer.statusCode).toBe(status)
    expect(answer.json().detail).toContain(text)
  })
})
