/** Deleting Things, ignoring devices and topics, approving new devices: nothing is lost meanwhile, everything is counted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resumeDeletions } from '#api/registry/delete-things.ts'
import { replayApproved } from '#api/registry/pending.ts'
import { openRegistry } from './registry-fixture.ts'

const MINUTE_MS = 60_000
const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
const at = (minutesAgo: number): string => new Date(NOW_MS - minutesAgo * MINUTE_MS).toISOString()
const inForce = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 2_500))
type City = Awaited<ReturnType<typeof openRegistry>>

const keysOf = async (city: City): Promise<string[]> =>
  (await city.get('/registry/things?limit=1000')).things.map(({ key }: { key: string }) => key)
const results = async ({ pool }: City, thing: string): Promise<number[]> =>
  (
    await pool.query<{ result: number }>(
      `select o.result from observation o join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id
       where t.key = $1 order by o.phenomenon_time`,
      [thing],
    )
  ).rows.map(({ result }) => result)

describe('deleting', () => {
  let city: City
  beforeAll(async () => {
    city = await openRegistry()
  })
  afterAll(() => city.close())

  test('a Thing goes with its data, rollups included, and the ledger still balances', async () => {
    await city.publish('city/air/junk', { time: at(60 * 24 * 40), pm2_5: 1, pm10: 2 })
    await city.publish('city/air/junk', { time: at(60 * 24 * 3), pm2_5: 3, pm10: 4 })
    await city.publish('city/connectivity/junk', { time: at(9), rsrp: -90, location: [-9.05, 38.65] })
    await city.publish('city/air/good', { time: at(60 * 24 * 3), pm2_5: 7 })
    await city.pool.query(`call refresh_continuous_aggregate('observation_hourly', null, null)`)
    await city.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
    // rolled up, and its raw data deleted by retention: no refresh would delete this
    await city.pool.query(`select drop_chunks('observation_packed', older_than => now() - interval '30 days')`)
    await city.pool.query(`
      insert into retention_log (hypertable, range_from, range_to, n) values ('observation_packed', now(), now(), 2)`)
    expect(await city.failing()).toEqual([])
    const daily = async () =>
      (
        await city.pool.query('select distinct datastream_id as id from observation_daily where n > 0 order by 1')
      ).rows.map(({ id }) => id)
    expect(await daily()).toHaveLength(3)

    const refused = await city.call('DELETE', '/registry/things/junk?confirm=good')
    expect(refused.json()).toMatchObject({ status: 422, code: 'VALUE_INVALID' })
    const answer = (await city.call('DELETE', '/registry/things/junk?confirm=junk')).json()
    expect(answer).toEqual({ deleted: 'junk', datastreams: 3, observations: 3 })

    expect(await keysOf(city)).toEqual(['good'])
    expect(await daily()).toHaveLength(1)
    expect(await city.failing()).toEqual([])
    expect((await city.get('/things?thing=junk')).code).toBe('THING_UNKNOWN')
    expect((await city.get('/registry/changes?subject=junk')).changes).toMatchObject([
      { action: 'thing.delete', before: { key: 'junk', domain: 'air', devices: ['key/junk'] }, after: null },
    ])
    await city.pool.query(`call refresh_continuous_aggregate('observation_hourly', null, null)`)
    expect(await daily()).toHaveLength(1)
    expect((await city.call('DELETE', '/registry/things/junk?confirm=junk')).json()).toMatchObject({ status: 404 })
  })

  test('what comes after it belongs to a new Thing, unless its devices are ignored', async () => {
    await city.publish('city/air/junk', { time: at(5), pm2_5: 8 })
    expect(await results(city, 'junk')).toEqual([8])
    await city.call('DELETE', '/registry/things/junk?confirm=junk&ignoreDevices=true')
    await inForce()
    await city.publish('city/air/junk', { time: at(4), pm2_5: 9 })
    expect(await keysOf(city)).toEqual(['good'])
    expect((await city.get('/registry/ignored')).ignored).toMatchObject([
      { kind: 'device', name: 'key/junk', note: 'deleted', messages: 1, stored: 1 },
    ])
    expect(await city.failing()).toEqual([])
  })

  test('a deletion that was interrupted is continued', async () => {
    await city.publish('city/air/half', { time: at(60 * 24 * 9), pm2_5: 1 })
    await city.publish('city/air/half', { time: at(1), pm2_5: 1 })
    await city.pool.query(`
      with deletion as (
        insert into thing_deletion (things, who, started_at)
        select array[id], 'operator', now() - interval '2 hours' from thing where key = 'half' returning id)
      update thing set key = 'half~deleting-' || (select id from deletion) where key = 'half'`)
    expect((await city.failing()).map((each) => each.split(',')[0])).toEqual([
      expect.stringContaining('no merge or deletion has been under way for more than an hour: deletion'),
    ])
    expect(await resumeDeletions(city.pool)).toBe(1)
    expect(await resumeDeletions(city.pool)).toBe(0)
    expect(await keysOf(city)).toEqual(['good'])
    expect(await city.failing()).toEqual([])
  })

  test('many at once, after a dry run', async () => {
    for (let n = 0; n < 12; n += 1) await city.publish(`city/noise/flood-${n}`, { time: at(3), pm10: 50 })
    const bulk = (body: object) => city.call('POST', '/registry/things/bulk', body)
    const selection = {
      topicPrefix: 'city/noise/',
      verified: false,
      registeredFrom: new Date(NOW_MS - 9e6).toISOString(),
    }
    const dry = (await bulk({ action: 'delete', selection })).json()
    expect(dry).toMatchObject({ dryRun: true, things: 12, datastreams: 12, observations: 12, messages: 12 })
    expect(dry.keys.slice(0, 2)).toEqual(['flood-0', 'flood-1'])
    expect((await bulk({ action: 'delete', selection, expected: 11 })).json()).toMatchObject({
      status: 409,
      code: 'SELECTION_CHANGED',
    })
    expect(await keysOf(city)).toHaveLength(13)
    const one = { keys: ['flood-3'] }
    expect((await bulk({ action: 'confirm', selection: one, expected: 1 })).json()).toMatchObject({ things: 1 })
    expect((await bulk({ action: 'delete', selection, expected: 11 })).json()).toMatchObject({
      ...{ dryRun: false, things: 11, observations: 11 },
    })
    expect(await keysOf(city)).toEqual(['flood-3', 'good'])
    expect((await bulk({ action: 'ignore', selection: one, expected: 1 })).json()).toMatchObject({ things: 1 })
    expect((await city.get('/registry/ignored?search=flood-3')).ignored).toHaveLength(1)
    expect((await bulk({ action: 'delete', selection: {}, expected: 2 })).json()).toMatchObject({ status: 400 })
    expect(await city.failing()).toEqual([])
  })
})

describe('ignoring', () => {
  let city: City
  beforeAll(async () => {
    city = await openRegistry()
  })
  afterAll(() => city.close())

  test('a device: counted and stored, no observation; undone, its messages are replayed', async () => {
    await city.publish('city/air/a', { time: at(9), pm2_5: 1 })
    expect((await city.call('POST', '/registry/ignored', { things: ['a'] })).json()).toEqual({ added: 1 })
    expect((await city.call('POST', '/registry/ignored', { things: ['a'] })).json()).toEqual({ added: 0 })
    await inForce()
    await city.publish('city/air/a', { time: at(8), pm2_5: 2 })
    await city.publish('city/air/a', { pm2_5: 3, stranger: 4 })
    await city.publish('city/air/b', { time: at(8), pm2_5: 5 })
    expect(await results(city, 'a')).toEqual([1])
    expect(await results(city, 'b')).toEqual([5])
    const rejected = await city.get('/ingest/rejected?reason=ignored&device=key/a')
    expect(rejected).toMatchObject({ total: 2, messages: [{ partial: false }, { partial: false }] })
    expect((await city.get('/registry/unmapped')).fields).toEqual([])
    expect(await city.failing()).toEqual([])

    const [{ id, messages, stored }] = (await city.get('/registry/ignored')).ignored
    expect({ messages, stored }).toEqual({ messages: 2, stored: 2 })
    expect((await city.call('DELETE', `/registry/ignored/${id}?replay=true`)).json()).toEqual({
      ...{ name: 'key/a', replayed: 2 },
    })
    await city.expectMore(2)
    // the third has no time of its own: it keeps that of its first arrival
    expect(await results(city, 'a')).toEqual([1, 2, 3])
    expect((await city.get('/registry/ignored')).total).toBe(0)
    expect(await city.failing()).toEqual([])
  })

  test('a topic: whatever is in it; replayed once it is not ignored any more', async () => {
    const add = (...topics: string[]) => city.call('POST', '/registry/ignored', { topics })
    for (const topic of ['#', 'a/#/b', 'a/b+'])
      expect((await add(topic)).json()).toMatchObject({ code: 'VALUE_INVALID' })
    await add('city/water/#')
    await inForce()
    await city.publish('city/water/w', { time: at(8), water_volume: 2 })
    await city.publish('city/water/w', { nonsense: 'x' })
    expect(await keysOf(city)).toEqual(['a', 'b'])
    const { total, messages } = await city.get('/ingest/rejected?reason=ignored&replayed=false')
    expect([total, messages[0].detail]).toEqual([2, 'topic filter city/water/#'])
    const [{ id }] = (await city.get('/registry/ignored')).ignored
    expect((await city.call('DELETE', `/registry/ignored/${id}?replay=true`)).json()).toMatchObject({ replayed: 2 })
    await city.expectMore(2)
    expect(await results(city, 'w')).toEqual([2])
    expect(await city.failing()).toEqual([])
  })

  test('beyond the limit in bytes messages are counted and not stored', async () => {
    await city.call('POST', '/registry/ignored', { devices: ['key/flood'] })
    await city.pool.query(`update ignored set bytes = 16 * 1024 * 1024 where name = 'key/flood'`)
    await inForce()
    await city.publish('city/air/flood', { time: at(8), pm2_5: 2 })
    expect((await city.get('/registry/ignored?search=flood')).ignored).toMatchObject([{ messages: 1, stored: 0 }])
    expect((await city.get('/ingest/rejected?device=key/flood')).total).toBe(0)
    expect(await city.failing()).toEqual([])
  })
})

describe('approving', () => {
  let city: City
  beforeAll(async () => {
    const sources = [
      { name: 'native', topic: 'city/+/+', format: 'native' },
      { name: 'ha', topic: 'homeassistant/#' },
      { name: 'state', topic: 'ha/#' },
    ]
    city = await openRegistry({ sources, registration: { initial: 0, perHour: 0, approval: true } })
  })
  afterAll(() => city.close())
  const approve = (body: object) => city.call('POST', '/registry/pending/approve', body)

  test('a new device waits, and no message of it is lost', async () => {
    await city.publish('city/air/new', { time: at(9), pm2_5: 1 })
    await city.publish('city/air/new', { time: at(8), pm2_5: 2, email: 'someone@example.com' })
    await city.publish('city/air/other', { time: at(8), pm2_5: 3 })
    expect(await keysOf(city)).toEqual([])
    const { devices, total } = await city.get('/registry/pending')
    expect(total).toBe(2)
    expect(devices[0]).toMatchObject({
      ...{ device: 'key/new', topic: 'city/air/new', client: 'topic:city/air', domain: 'air', properties: ['pm2_5'] },
      ...{ messages: 2, stored: 2, approvedAt: null },
    })
    const { rows } = await city.pool.query(`select payload from rejected_message where devices @> '{key/new}'`)
    expect(rows.map(({ payload }) => payload.toString()).join()).not.toContain('someone')

    expect((await approve({ devices: ['key/new'] })).json()).toEqual({ approved: 1, replayed: 2 })
    await city.expectMore(2)
    expect(await results(city, 'new')).toEqual([1, 2])
    expect(await city.get('/registry/things/new')).toMatchObject({ verified: true })
    await city.publish('city/air/new', { time: at(7), pm2_5: 4 })
    expect(await results(city, 'new')).toEqual([1, 2, 4])
    expect(await city.failing()).toEqual([])
  })

  test('a message that a batch stored after the approval is replayed as well, once', async () => {
    await city.pool.query(`
      insert into rejected_message (source, topic, payload, reason, full_bytes, devices)
      values ('native', 'city/air/new', '{"time":"${at(6)}","pm2_5":6}', 'awaiting_approval', ${JSON.stringify({ time: at(6), pm2_5: 6 }).length}, '{key/new}')`)
    const deps = { pool: city.pool, live: city.live, clock: () => new Date() }
    expect(await replayApproved(deps)).toBe(1)
    await city.expectMore(1)
    expect(await results(city, 'new')).toEqual([1, 2, 4, 6])
    expect(await replayApproved(deps)).toBe(0)
    // forgotten once nothing of it is left
    await city.pool.query(
      `update pending_device set approved_at = now() - interval '2 minutes' where device = 'key/new'`,
    )
    await replayApproved(deps)
    expect((await city.get('/registry/pending')).devices.map(({ device }: { device: string }) => device)).toEqual([
      'key/other',
    ])
  })

  test('a device that describes itself waits with its description', async () => {
    const config = {
      name: 'Hall',
      uniq_id: 'h1',
      stat_t: 'ha/hall',
      dev_cla: 'temperature',
      unit_of_meas: '°C',
      dev: { ids: 'hall', name: 'Town hall' },
    }
    await city.publish('homeassistant/sensor/h1/config', config)
    expect(await keysOf(city)).toEqual(['new'])
    const waiting = (await city.get('/registry/pending?search=hall')).devices
    expect(waiting).toMatchObject([{ messages: 1, stored: 1, topic: 'homeassistant/sensor/h1/config' }])
    await approve({ topicPrefix: 'homeassistant/' })
    await city.expectMore(1)
    const { things } = await city.get('/registry/things?search=hall')
    expect(things).toMatchObject([{ name: 'Town hall', verified: true }])
    expect(await city.failing()).toEqual([])
  })

  test('refused instead of approved: ignored', async () => {
    await city.call('POST', '/registry/ignored', { devices: ['key/other'] })
    expect(
      (await city.get('/registry/pending')).devices.filter(
        ({ approvedAt }: { approvedAt: string | null }) => !approvedAt,
      ),
    ).toEqual([])
    await inForce()
    await city.publish('city/air/other', { time: at(5), pm2_5: 3 })
    expect((await city.get('/ingest/rejected?device=key/other')).reasons).toEqual([
      { reason: 'awaiting_approval', n: 1 },
      { reason: 'ignored', n: 1 },
    ])
    expect((await approve({})).json()).toMatchObject({ status: 400 })
    expect((await approve({ devices: ['key/unknown'] })).json()).toEqual({ approved: 0, replayed: 0 })
  })

  test('nothing changes without the key', async () => {
    const requests = [
      ['DELETE', '/registry/things/new?confirm=new', undefined],
      ['POST', '/registry/things/bulk', { action: 'delete', selection: { keys: ['new'] } }],
      ['POST', '/registry/pending/approve', { devices: ['key/new'] }],
      ['POST', '/registry/ignored', { devices: ['key/new'] }],
      ['DELETE', '/registry/ignored/1', undefined],
    ] as const
    for (const [method, url, payload] of requests) {
      const response = await city.app.inject({ method, url: `/api/v1${url}`, ...(payload && { payload }) })
      expect([url, response.statusCode]).toEqual([url, 401])
    }
  })
})
