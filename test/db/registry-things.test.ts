/** Confirm, edit, rename, merge, calibrate: what people do to Things, while devices go on publishing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { openRegistry } from './registry-fixture.ts'

const MINUTE_MS = 60_000
const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
const at = (minutesAgo: number): string => new Date(NOW_MS - minutesAgo * MINUTE_MS).toISOString()
const inForce = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 2_500))

describe('the registry', () => {
  let city: Awaited<ReturnType<typeof openRegistry>>
  beforeAll(async () => {
    city = await openRegistry()
  })
  afterAll(() => city.close())
  const series = async (thing: string, property: string, channel = ''): Promise<[string, number][]> => {
    const { rows } = await city.pool.query<{ time: Date; result: number }>(
      `select o.phenomenon_time as time, o.result from observation o join datastream d on d.id = o.datastream_id
       join thing t on t.id = d.thing_id where t.key = $1 and d.property = $2 and d.channel = $3 order by 1`,
      [thing, property, channel],
    )
    return rows.map(({ time, result }) => [time.toISOString(), result])
  }

  test('a Thing that registered itself is listed until somebody confirms it', async () => {
    await city.publish('city/air/newcomer', { time: at(9), pm2_5: 5 })
    const unverified = async () =>
      (await city.get('/registry/things?verified=false')).things.map(({ key }: { key: string }) => key)
    expect(await unverified()).toEqual(['newcomer'])
    const confirm = { keys: ['newcomer'] }
    expect((await city.call('POST', '/registry/things/confirm', confirm)).json()).toEqual({ confirmed: ['newcomer'] })
    expect((await city.call('POST', '/registry/things/confirm', confirm)).json()).toEqual({ confirmed: [] })
    expect(await unverified()).toEqual([])
  })

  test('edits are kept, written down, and survive the city pack', async () => {
    const place = { type: 'Point', coordinates: [-9.05, 38.65] }
    const change = { name: 'School', kind: 'air_station', owner: 'City', profile: 'sds011', place }
    const { zone, ...edited } = (await city.call('PATCH', '/registry/things/newcomer', change)).json()
    expect(zone).toBe('east')
    expect(edited).toMatchObject(change)
    expect((await city.get('/registry/changes?subject=newcomer&limit=1')).changes).toMatchObject([
      {
        action: 'thing.change',
        before: { name: 'newcomer', kind: 'unknown', zone: null },
        after: { name: 'School', zone: 'east' },
      },
    ])
    const things = [
      {
        key: 'newcomer',
        name: 'Pack',
        domain: 'air',
        kind: 'weather_station',
        grade: 'reference',
        attributes: { siting: 'traffic' },
        place: { type: 'Point', coordinates: [-9.15, 38.65] },
      },
    ]
    await loadThings(things)
    expect(await city.get('/registry/things/newcomer')).toMatchObject({
      name: 'School',
      kind: 'air_station',
      place,
      zone: 'east',
    })
  })

  test('renamed, the former key still leads to it: for requests, devices and the city pack', async () => {
    const rename = (key: string, next: string) => city.call('POST', `/registry/things/${key}/rename`, { key: next })
    expect((await rename('newcomer', 'school')).json()).toMatchObject({ key: 'school', formerKeys: ['newcomer'] })
    await inForce()
    await city.publish('city/air/newcomer', { time: at(8), pm2_5: 6 })
    await city.publish('city/air/school', { time: at(7), pm2_5: 7 })
    expect(await series('school', 'pm2_5')).toEqual([
      [at(9), 5],
      [at(8), 6],
      [at(7), 7],
    ])
    expect((await city.get('/things?thing=newcomer')).features[0].properties.key).toBe('school')
    expect(await city.get('/registry/things/newcomer')).toMatchObject({ key: 'school' })
    await loadThings([
      { key: 'newcomer', name: 'x', domain: 'air', kind: 'x', grade: 'unknown', attributes: { siting: 'background' } },
    ])
    expect((await city.get('/registry/things')).total).toBe(1)

    await city.publish('city/air/other', { time: at(9), pm2_5: 1 })
    expect((await rename('school', 'other')).json()).toMatchObject({ status: 409, code: 'KEY_TAKEN' })
    expect((await rename('other', 'newcomer')).json()).toMatchObject({ status: 409, code: 'KEY_TAKEN' })
    expect((await rename('school', 'a/b')).json()).toMatchObject({ status: 400 })
    // its own former key it may take back
    expect((await rename('school', 'newcomer')).json()).toMatchObject({ key: 'newcomer', formerKeys: ['school'] })
    expect((await rename('newcomer', 'school')).json()).toMatchObject({ key: 'school', formerKeys: ['newcomer'] })
  })

  test('merged, two histories are one: the first is kept where both speak, and it is counted', async () => {
    await inForce()
    await city.publish('city/air/a', { time: at(5), pm2_5: 1, no2: 40 })
    await city.publish('city/air/a', { time: at(4), pm2_5: 2 })
    await city.publish('city/air/b', { time: at(5), pm2_5: 1 })
    await city.publish('city/air/b', { time: at(4), pm2_5: 99, o3: 60 })
    await city.publish('city/air/b', { time: at(3), pm2_5: 3 })
    const answer = (await city.call('POST', '/registry/things/b/merge', { into: 'a' })).json()
    // o3 goes over as it is; of pm2_5 one row is new, one the same, one another
    expect(answer).toMatchObject({ datastreams: 2, moved: 1, duplicate: 1, conflict: 1 })
    expect(answer.thing).toMatchObject({ key: 'a', formerKeys: ['b'], properties: ['no2', 'o3', 'pm2_5'] })
    expect(await series('a', 'pm2_5')).toEqual([
      [at(5), 1],
      [at(4), 2],
      [at(3), 3],
    ])
    expect(await series('a', 'o3')).toEqual([[at(4), 60]])
    const { features } = await city.get('/things?thing=b')
    const latest = features[0].properties.datastreams.find(
      ({ property }: { property: string }) => property === 'pm2_5',
    ).latest
    expect(latest).toMatchObject({ time: at(3), result: 3 })
    expect((await city.get('/ingest/ledger?by=thing&thing=a')).days).toMatchObject([
      { messages: 5, stored: 7, conflict: 0 },
    ])
    expect(await city.failing()).toEqual([])

    // the device goes on under its old name, at once: what the worker remembers of b is wrong by now
    await city.publish('city/air/b', { time: at(2), pm2_5: 4 })
    expect((await series('a', 'pm2_5')).at(-1)).toEqual([at(2), 4])
    await loadThings([{ key: 'b', name: 'b', domain: 'air', kind: 'x', grade: 'unknown', attributes: {} }])
    expect((await city.get('/things?thing=b')).features[0].properties.key).toBe('a')
    expect((await city.call('POST', '/registry/things/b/merge', { into: 'a' })).json()).toMatchObject({
      code: 'VALUE_INVALID',
    })
    expect(await city.failing()).toEqual([])
  })

  test('a merge that was interrupted is taken up', async () => {
    await city.publish('city/air/c', { time: at(5), pm2_5: 1 })
    await city.publish('city/air/d', { time: at(4), pm2_5: 2 })
    // as it stands when the process ended right after the names went over
    await city.pool.query(`
      insert into thing_merge (from_key, from_thing, into_thing, who)
      select 'd', d.id, c.id, 'operator' from thing c, thing d where c.key = 'c' and d.key = 'd'`)
    await city.pool.query(`insert into thing_device select 'key/d', id, true from thing where key = 'c'`)
    await city.pool.query(`update thing set key = 'd~merging-1' where key = 'd'`)
    expect((await city.call('POST', '/registry/things/d/merge', { into: 'c' })).json()).toMatchObject({ moved: 1 })
    expect(await series('c', 'pm2_5')).toEqual([
      [at(5), 1],
      [at(4), 2],
    ])
    expect(await city.failing()).toEqual([])
  })

  test('calibrated from a time on: raw stays, history is computed, what comes is calibrated', async () => {
    await inForce()
    await city.publish('city/weather/box', { time: at(9), temperature: 20 })
    await city.publish('city/weather/box', { time: at(5), temperature: 20 })
    const put = (validFrom: string, gain: number, offset: number) =>
      city.call('PUT', '/registry/things/box/calibrations', { property: 'temperature', validFrom, gain, offset })
    expect((await put(at(6), 1.5, -2)).json()).toMatchObject({
      computed: 2,
      thing: { calibrations: [{ gain: 1.5, offset: -2 }] },
    })
    await city.publish('city/weather/box', { time: at(1), temperature: 10 })
    expect(await series('box', 'temperature')).toEqual([
      [at(9), 20],
      [at(5), 20],
      [at(1), 10],
    ])
    // before 6 minutes ago as it was; then 1.5 * 20 - 2 = 28 and 1.5 * 10 - 2 = 13
    expect(await series('box', 'temperature', 'calibrated')).toEqual([
      [at(9), 20],
      [at(5), 28],
      [at(1), 13],
    ])
    expect((await put(at(6), 1, 1)).json()).toMatchObject({ computed: 2 })
    expect(await series('box', 'temperature', 'calibrated')).toEqual([
      [at(9), 20],
      [at(5), 21],
      [at(1), 11],
    ])
    expect(await city.failing()).toEqual([])
    expect((await put(at(6), 0, 1)).json()).toMatchObject({ status: 400 })
  })

  test('a direction is turned by an offset, and by nothing else: 350 and 10 degrees by 20 are 10 and 30', async () => {
    await inForce()
    await city.publish('city/weather/mast', { time: at(9), wind_direction: 350 })
    const put = (gain: number) => {
      const rule = { property: 'wind_direction', validFrom: at(20), gain, offset: 20 }
      return city.call('PUT', '/registry/things/mast/calibrations', rule)
    }
    const refused = (await put(1.1)).json()
    expect(refused).toMatchObject({ status: 422, code: 'VALUE_INVALID' })
    expect(refused.detail).toContain('gain = 1.1')
    expect((await put(1)).json()).toMatchObject({ computed: 1 })
    await city.publish('city/weather/mast', { time: at(1), wind_direction: 10 })
    expect(await series('mast', 'wind_direction', 'calibrated')).toEqual([
      [at(9), 10],
      [at(1), 30],
    ])
  })

  test('nothing changes without the key', async () => {
    const requests = [
      ['PATCH', '/registry/things/a', { name: 'x' }],
      ['POST', '/registry/things/confirm', { keys: ['a'] }],
      ['POST', '/registry/things/a/rename', { key: 'x' }],
      ['POST', '/registry/things/a/merge', { into: 'c' }],
      ['PUT', '/registry/mappings', { field: 'x', property: 'no2' }],
      ['GET', '/ingest/check', undefined],
    ] as const
    for (const [method, url, payload] of requests) {
      const response = await city.app.inject({ method, url: `/api/v1${url}`, ...(payload && { payload }) })
      expect([url, response.statusCode]).toEqual([url, 401])
    }
  })

  test('the check finds what was tampered with', async () => {
    const check = async (): Promise<string[]> =>
      (await city.get('/ingest/check')).findings.flatMap((f: { name: string; holds: boolean }) =>
        f.holds ? [] : [f.name.split(':')[0]],
      )
    expect(await check()).toEqual([])
    await city.pool.query(`update ingest_ledger set received = received + 1 where source = 'native'`)
    expect(await check()).toEqual(['messages'])
    await city.pool.query(`update ingest_ledger set received = received - 1 where source = 'native'`)
    // the worker writes its own numbers again with every batch, so these stay
    await city.pool.query(`delete from observation o using datastream d, thing t
      where d.id = o.datastream_id and t.id = d.thing_id and t.key = 'c' and o.phenomenon_time = '${at(4)}'`)
    expect(await check()).toEqual(['observations', 'latest'])
    await city.pool.query(`insert into observation values (99999, '${at(4)}', 1, 1, 0)`)
    expect(await check()).toEqual(['latest', 'registry'])
  })

  test('a pack of more Things than are stored at once: the row under the present key counts, wherever it stands', async () => {
    const thing = (key: string, siting: string) => ({
      ...{ key, name: key, domain: 'air', kind: 'x', grade: 'unknown', attributes: { siting } },
    })
    const others = Array.from({ length: 10_000 }, (_, at) => thing(`bulk-${at}`, 'traffic'))
    // "newcomer" is the former key of "school"
    await loadThings([thing('school', 'background'), ...others, thing('newcomer', 'traffic')])
    await loadThings([thing('newcomer', 'traffic'), ...others, thing('school', 'background')])
    const { rows } = await city.pool.query<{ n: number; siting: string }>(
      `select (select count(*)::int from thing where key like 'bulk-%') as n,
              (select attributes ->> 'siting' from thing where key = 'school') as siting`,
    )
    expect(rows).toEqual([{ n: 10_000, siting: 'background' }])
  })

  async function loadThings(things: readonly object[]): Promise<void> {
    const { rows } = await city.pool.query('select pack from city')
    const zones = (await city.pool.query('select key, name, population, geometry from zone order by id')).rows
    const pack = {
      city: { ...rows[0].pack, simulated: false },
      things,
      pastZones: [],
      folder: 'test',
      reported: [],
      goals: [],
      airStandards: [],
      languages: {},
      surveys: [],
    }
    await loadCityPack(city.pool, { ...pack, zones: zones.map((zone) => ({ ...zone, attributes: {} })) } as never)
  }
})
