/** Messages as they came: of the sources that ask for it, for as long as they ask, without personal data, to be read anew. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'

const DAY_MS = 86_400_000

describe('the raw archive', () => {
  let city: Awaited<ReturnType<typeof openRegistry>>
  const start = Date.now()
  beforeAll(async () => {
    city = await openRegistry({
      sources: [
        { name: 'short', topic: 'city/weather/+', format: 'native', archive: { days: 7 } },
        { name: 'long', topic: 'city/air/+', archive: { days: 30 } },
        { name: 'meters', topic: 'home/+/+', format: 'home-assistant', archive: { days: 7 } },
        { name: 'passers', topic: 'gateway/#', archive: { days: 7 } },
        { name: 'none', topic: 'city/noise/+', format: 'native' },
      ],
    })
  })
  afterAll(() => city.close())
  const window = () => ({ from: new Date(start - 1000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() })
  const archived = async (source: string) => {
    const query = new URLSearchParams({ source, ...window() })
    return (await city.get(`/ingest/archive?${query}`)).messages as {
      topic: string
      text: string
      receivedAt: string
    }[]
  }
  const results = async (thing: string) =>
    (
      await city.pool.query<{ property: string; result: number }>(
        `select d.property, o.result from observation o join datastream d on d.id = o.datastream_id
         join thing t on t.id = d.thing_id where t.key = $1 order by 1, o.phenomenon_time`,
        [thing],
      )
    ).rows.map(({ property, result }) => [property, result])

  test('archives stored and rejected messages, of archived sources only, latest first', async () => {
    await city.publish('city/weather/roof', { temperature: 20 })
    await city.publish('city/weather/roof', { temperature: 21, Luv: 4 })
    await city.publish('city/weather/roof', { ssid: 'Home of X', password: 'y', temperature: 22 })
    await city.publish('city/air/a', { unreadable: true })
    await city.publish('city/noise/n', { sound_level: 50 })
    const roof = await archived('short')
    expect(roof.map(({ text }) => JSON.parse(text))).toEqual([
      { ssid: '(removed)', password: '(removed)', temperature: 22 },
      { temperature: 21, Luv: 4 },
      { temperature: 20 },
    ])
    expect(await archived('long')).toMatchObject([{ topic: 'city/air/a' }])
    expect(await archived('none')).toEqual([])
    const { sources } = await city.get('/ingest/archive/sources')
    expect(sources).toMatchObject([
      { source: 'long', messages: 1 },
      { source: 'short', messages: 3, last: roof[0]?.receivedAt, first: roof[2]?.receivedAt },
    ])
    const kept = Date.parse(sources[1].keptUntil) - Date.parse(sources[1].last)
    expect(kept).toBe(7 * DAY_MS)
  })

  test('a message about a passer-by is not archived', async () => {
    await city.publish('gateway/BTtoMQTT/AABBCCDDEEFF', { id: 'AA:BB:CC:DD:EE:FF', mac_type: 1, rssi: -80 })
    expect(await archived('passers')).toEqual([])
    expect((await city.get('/ingest/rejected?source=passers')).messages).toMatchObject([
      { reason: 'personal_data', text: '' },
    ])
  })

  test('replayed after a mapping: known values are duplicates, new ones are stored at their time, and nothing is archived twice', async () => {
    await city.call('PUT', '/registry/mappings', { field: 'Luv', format: 'native', property: 'wind_speed' })
    const before = await archived('short')
    await city.pool.query(`select compress_chunk(c) from show_chunks('raw_message') as c`)
    expect(await city.replay({ source: 'short', ...window() }, 'archive')).toEqual({ replayed: 3, skippedTruncated: 0 })
    expect(await results('roof')).toEqual([
      ['temperature', 20],
      ['temperature', 21],
      ['temperature', 22],
      ['wind_speed', 4],
    ])
    expect(await archived('short')).toEqual(before)
    expect(await city.failing()).toEqual([])
  })

  test('retention drops what is over and leaves the rest, whatever the source', async () => {
    await city.pool.query(
      `insert into raw_message (keep_until, received_at, source, topic, payload, full_bytes, retained, digest)
       values (now() - interval '2 days', now() - interval '9 days', 'short', 'old', '', 0, false, '\\x00')`,
    )
    const { rows } = await city.pool.query<{ id: number }>(
      `select job_id as id from timescaledb_information.jobs where hypertable_name = 'raw_message' order by 1`,
    )
    expect(rows).toHaveLength(2)
    for (const { id } of rows) await city.pool.query(`call run_job(${id})`)
    const left = await city.pool.query<{ topic: string; n: number }>(
      'select topic, count(*) as n from raw_message group by 1 order by 1',
    )
    expect(left.rows).toEqual([
      { topic: 'city/air/a', n: 1 },
      { topic: 'city/weather/roof', n: 3 },
    ])
  })

  test('rejected messages are stored for 400 days', async () => {
    await city.pool.query(
      `insert into rejected_message (received_at, source, topic, payload, reason, full_bytes) values
         (now() - interval '401 days', 'x', 'old', '', 'not_json', 0), (now() - interval '399 days', 'x', 'young', '', 'not_json', 0)`,
    )
    const { rows } = await city.pool.query<{ id: number }>(
      `select job_id as id from timescaledb_information.jobs where proc_name = 'forget_rejected'`,
    )
    await city.pool.query(`call run_job(${rows[0]?.id})`)
    expect((await city.get('/ingest/rejected?source=x')).messages.map(({ topic }: { topic: string }) => topic)).toEqual(
      ['young'],
    )
  })

  test.each([
    ['GET', '/ingest/archive?source=short', undefined, 401],
    ['POST', '/ingest/archive/replay', { source: 'short', ...window() }, 401],
  ] as const)('%s %s needs the key', async (method, url, payload, status) => {
    const answer = await city.app.inject({ method, url: `/api/v1${url}`, ...(payload && { payload }) })
    expect(answer.json()).toMatchObject({ status, code: 'KEY_REQUIRED' })
  })
  test('a window that ends before it starts is refused by name', async () => {
    const { from, to } = window()
    const answer = await city.call('POST', '/ingest/archive/replay', { source: 'short', from: to, to: from })
    expect(answer.json()).toMatchObject({ status: 400, code: 'INTERVAL_REVERSED' })
  })
})

describe('filters of rejected messages', () => {
  let city: Awaited<ReturnType<typeof openRegistry>>
  beforeAll(async () => {
    city = await openRegistry()
    await city.pool.query(
      `insert into rejected_message (received_at, source, topic, payload, reason, full_bytes, replayed_at) values
         ('2026-05-01T00:00:00Z', 'a', 'city/air/1', '', 'not_json', 0, null),
         ('2026-05-02T00:00:00Z', 'a', 'city/air/2', '', 'not_json', 0, '2026-05-03T00:00:00Z'),
         ('2026-05-03T00:00:00Z', 'a', 'city/noise/1', '', 'bad_value', 0, null)`,
    )
  })
  afterAll(() => city.close())
  test.each([
    ['topic=air', ['city/air/2', 'city/air/1']],
    ['topic=%25', []],
    ['from=2026-05-02T00:00:00Z', ['city/noise/1', 'city/air/2']],
    ['to=2026-05-02T00:00:00Z', ['city/air/1']],
    ['from=2026-05-02T00:00:00Z&to=2026-05-02T00:00:01Z', ['city/air/2']],
    ['replayed=false', ['city/noise/1', 'city/air/1']],
    ['replayed=true&reason=not_json', ['city/air/2']],
  ])('%s', async (query, topics) => {
    const { messages, total } = await city.get(`/ingest/rejected?${query}`)
    expect(messages.map(({ topic }: { topic: string }) => topic)).toEqual(topics)
    expect(total).toBe(topics.length)
  })
})
