/** Nothing acknowledged is lost, nothing is stored twice: against Mosquitto, with what usually breaks broken on purpose. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { type IngestOptions, type IngestWorker, startIngest } from '#ingest/worker.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { countRows, countStored, publishFlood, publishLoad } from './load.ts'
import { hasMosquitto, type Mosquitto, startMosquitto } from './mosquitto.ts'
import { openProxy } from './proxy.ts'
import { until } from './until.ts'
import { startWorkerProcess, writePack } from './worker-process.ts'

const pack = {
  simulated: false,
  timeZone: 'Europe/Berlin',
  sources: [{ name: 'native', topic: 'city/+/+', format: 'native' }],
}
const log = createLog('test', 'fatal')
/** A log whose messages a test can read, without what else their lines hold. */
function openReadableLog() {
  const said: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line).msg) })
  return { log, said }
}

describe.skipIf(!hasMosquitto)('delivery (needs mosquitto on the PATH)', () => {
  let scope: Scope
  let broker: Mosquitto
  let database: TestDatabase

  beforeEach(async () => {
    scope = createScope()
    database = await openTestDatabase()
    scope.defer(() => database.close())
    broker = await startMosquitto()
    scope.defer(() => broker.close())
  })
  afterEach(() => scope.close())

  const start = async (options: Partial<IngestOptions> = {}): Promise<IngestWorker> => {
    const pool = database.poolFor({ max: 6 })
    const worker = await startIngest({ pool, mqttUrl: broker.url, pack, log, ...options })
    scope.defer(() => worker.close({ drainMs: 2_000 }))
    await worker.ready
    return worker
  }
  /** A worker in another process needs a database that both can reach. */
  const serverUrl = (skip: (note: string) => never): string =>
    database.url ?? skip('needs a database server in DATABASE_URL: the worker is another process')
  const expectExactlyOnce = async (messages: number): Promise<void> => {
    await until(
      async () => (await countStored(database.pool)).messages,
      (n) => n >= messages,
      30_000,
    )
    expect(await countStored(database.pool)).toEqual({ messages, values: 2 * messages })
    expect(await countRows(database.pool)).toBe(2 * messages)
  }
  /** received = stored + duplicate + rejected + in flight for every run, as the database has it */
  const unbalanced = async (): Promise<unknown[]> =>
    (
      await database.pool.query(
        'select * from ingest_ledger where received <> stored + duplicate + rejected + in_flight',
      )
    ).rows

  test('kill -9 under load: the next worker gets what was not committed, once', async ({ skip }) => {
    const url = serverUrl(skip)
    const folder = await writePack()
    let worker = await startWorkerProcess(url, broker.url, folder)
    const load = publishLoad(broker.url, { rate: 1_000, most: 60_000 })
    for (let kills = 0; kills < 3; kills += 1) {
      const before = await countRows(database.pool)
      await until(
        () => countRows(database.pool),
        (n) => n > before + 500,
      )
      await worker.kill('SIGKILL')
      worker = await startWorkerProcess(url, broker.url, folder)
    }
    load.stop()
    const sent = await load.done
    await expectExactlyOnce(sent)
    expect(await worker.kill('SIGTERM')).toBe(0)
    expect(await unbalanced()).toEqual([])
    const { rows } = await database.pool.query(
      'select sum(stored)::int as stored, count(*)::int as runs from ingest_ledger',
    )
    expect(rows).toEqual([{ stored: sent, runs: 4 }])
  })

  test('two workers share the load; one is killed and replaced: everything arrives once', async ({ skip }) => {
    const url = serverUrl(skip)
    const folder = await writePack()
    const first = await startWorkerProcess(url, broker.url, folder)
    const second = await startWorkerProcess(url, broker.url, folder)
    const sharing = async (): Promise<number> =>
      (await database.pool.query('select from ingest_ledger where stored > 100')).rowCount ?? 0
    const load = publishLoad(broker.url, { rate: 1_000, most: 60_000 })
    // the first was alone until now; it shares within CENSUS_MS
    await until(sharing, (runs) => runs === 2)
    await first.kill('SIGKILL')
    await sleep(300)
    const third = await startWorkerProcess(url, broker.url, folder)
    const before = await countRows(database.pool)
    await until(
      () => countRows(database.pool),
      (n) => n > before + 1_000,
    )
    load.stop()
    await expectExactlyOnce(await load.done)
    await Promise.all([second.kill('SIGTERM'), third.kill('SIGTERM')])
    const { rows } = await database.pool.query<{ stored: number }>('select stored from ingest_ledger')
    expect(rows.filter(({ stored }) => stored > 100).length).toBeGreaterThanOrEqual(2)
    expect(await unbalanced()).toEqual([])
  })

  test('SIGTERM under load: messages in flight are committed and acknowledged, the rest waits for the next worker', async ({
    skip,
  }) => {
    const url = serverUrl(skip)
    const folder = await writePack()
    const worker = await startWorkerProcess(url, broker.url, folder)
    const load = publishLoad(broker.url, { rate: 2_000, most: 4_000 })
    await until(
      () => countRows(database.pool),
      (n) => n > 500,
    )
    expect(await worker.kill('SIGTERM')).toBe(0)
    const { rows } = await database.pool.query('select in_flight, ended_at is not null as ended from ingest_ledger')
    expect(rows).toEqual([{ in_flight: 0, ended: true }])
    const next = await startWorkerProcess(url, broker.url, folder)
    await expectExactlyOnce(await load.done)
    await next.kill('SIGTERM')
    const duplicates = await database.pool.query('select sum(duplicate)::int as n from ingest_ledger')
    expect(duplicates.rows).toEqual([{ n: 0 }])
  })

  test.each(['term', 'kill'] as const)('broker restart (%s) under load', async (how) => {
    const { log, said } = openReadableLog()
    const worker = await start({ log })
    const load = publishLoad(broker.url, { rate: 1_000, most: 4_000 })
    await until(
      () => countRows(database.pool),
      (n) => n > 500,
    )
    // A killed Mosquitto forgets what it took since its last autosave: stop the load and let it be consumed first.
    if (how === 'kill') {
      load.stop()
      await expectExactlyOnce(await load.done)
    }
    await broker.stop(how)
    await until(
      () => worker.state().connected,
      (connected) => !connected,
    )
    await sleep(300)
    await broker.start()
    await until(() => worker.state().connected, Boolean)
    const sent = await load.done
    if (how === 'term') await expectExactlyOnce(sent)
    const after = await connectAsync(broker.url)
    await after.publishAsync('city/air/after', JSON.stringify({ pm2_5: 1 }), { qos: 1 })
    await until(
      () => countRows(database.pool),
      (n) => n === 2 * sent + 1,
    )
    await after.endAsync()
    expect(worker.state().balanced).toBe(true)
    expect(said[0]).toMatch(/^broker outage started/)
    expect(said.at(-1)).toMatch(/^broker outage ended after \d+ s/)
  })

  test('database unreachable: reading stops, memory stays bounded, and everything arrives afterwards', async ({
    skip,
  }) => {
    const url = new URL(serverUrl(skip))
    const proxy = await openProxy(url.hostname, Number(url.port || 5432))
    scope.defer(() => proxy.close())
    url.hostname = '127.0.0.1'
    url.port = String(proxy.port)
    const pool = createPool({ url: url.toString() }, { max: 6, applicationName: 'away', onIdleError: () => {} })
    scope.defer(() => pool.end())
    const { log, said } = openReadableLog()
    const worker = await start({ pool, log, limits: { windowMessages: 500 } })
    const load = publishLoad(broker.url, { rate: 2_000, most: 8_000 })
    await until(
      () => countRows(database.pool),
      (n) => n > 500,
    )
    proxy.cut()
    await until(
      () => worker.state(),
      (state) => state.retrying && state.inFlight >= 500,
    )
    const { inFlight } = worker.state()
    await sleep(2_000)
    // The window, and at most the one packet that found it full.
    expect(inFlight).toBeLessThanOrEqual(501)
    expect(worker.state().inFlight).toBe(inFlight)
    expect(worker.state().balanced).toBe(true)
    proxy.restore()
    const sent = await load.done
    await expectExactlyOnce(sent)
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    // A COMMIT whose answer was lost is looked up: the ledger knows no duplicate that is none.
    const counts = worker.state().ledger.get('native')
    expect(counts).toMatchObject({ received: sent, stored: sent, duplicate: 0, rejected: 0 })
    expect(said[0]).toMatch(/^database outage started/)
    expect(said.at(-1)).toMatch(/^database outage ended after \d+ s/)
  })

  test('database full (53100): reading stops at the window, nothing is rejected, everything arrives when there is room', async ({
    skip,
  }) => {
    serverUrl(skip)
    const worker = await start({ limits: { windowMessages: 300 } })
    await database.pool.query(`
      create function full_disk() returns trigger language plpgsql as $$
      begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$;
      create trigger full_disk before insert on latest_observation for each statement execute function full_disk()`)
    const load = publishLoad(broker.url, { rate: 2_000, most: 3_000 })
    await until(
      () => worker.state(),
      (state) => state.retrying && state.inFlight >= 300,
    )
    await until(load.acknowledged, (n) => n === 3_000)
    expect(worker.state().inFlight).toBeLessThanOrEqual(301)
    expect(await countRows(database.pool)).toBe(0)
    await database.pool.query('drop trigger full_disk on latest_observation')
    const sent = await load.done
    await expectExactlyOnce(sent)
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    expect(worker.state().ledger.get('native')).toMatchObject({ received: sent, stored: sent, rejected: 0 })
  })

  test('pool exhausted: reading stops at the window, everything arrives when a connection is free', async () => {
    const pool = database.poolFor({ max: 1 })
    const worker = await start({ pool, limits: { windowMessages: 300 } })
    const greedy = await pool.connect()
    const load = publishLoad(broker.url, { rate: 2_000, most: 3_000 })
    await until(
      () => worker.state().inFlight,
      (n) => n >= 300,
    )
    await until(load.acknowledged, (n) => n === 3_000)
    expect(worker.state().inFlight).toBeLessThanOrEqual(301)
    expect(worker.state().balanced).toBe(true)
    greedy.release()
    const sent = await load.done
    await expectExactlyOnce(sent)
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    expect(worker.state().ledger.get('native')).toMatchObject({ received: sent, stored: sent, rejected: 0 })
  })

  test('a burst far beyond what is committed, from one Thing: nothing lost, memory bounded, another Thing is not delayed', async ({
    skip,
  }) => {
    const url = serverUrl(skip)
    const worker = await startWorkerProcess(url, broker.url, await writePack())
    scope.defer(async () => {
      await worker.kill('SIGKILL')
    })
    const most = 60_000
    const flood = publishFlood(broker.url, most)
    const polite = publishLoad(broker.url, { rate: 50, most: 500 })
    let rssMb = 0
    await until(
      async () => {
        rssMb = Math.max(rssMb, (await worker.metric('process_resident_memory_bytes')) / 1e6)
        return countRows(database.pool)
      },
      (n) => n === most + 2 * 500,
      120_000,
    )
    expect([await flood, await polite.done]).toEqual([most, 500])
    expect(await countStored(database.pool)).toMatchObject({ messages: 500 })
    expect(rssMb).toBeLessThan(512)
    expect(await unbalanced()).toEqual([])
  }, 180_000)

  test('while the worker is behind, the latest values are current; messages stored later are evaluated normally', async ({
    skip,
  }) => {
    serverUrl(skip)
    const worker = await start({ limits: { windowMessages: 100 }, overloadBypass: true })
    const client = await connectAsync(broker.url)
    await client.publishAsync('city/air/s1', '{"pm2_5": 1}', { qos: 1 })
    await until(
      () => countRows(database.pool),
      (n) => n === 1,
    )
    // Nothing can be stored, though the database is there: the window fills up with a flood.
    const blocker = await database.poolFor({ max: 1 }).connect()
    await blocker.query('begin')
    await blocker.query('lock table observation in share mode')
    const flood = publishFlood(broker.url, 500)
    await until(
      () => worker.state().inFlight,
      (n) => n >= 100,
    )
    await flood
    const time = new Date().toISOString()
    const latest = async (): Promise<number | undefined> =>
      (
        await database.pool.query(
          `select l.result from latest_observation l join datastream d on d.id = l.datastream_id
           where d.property = 'temperature' and l.phenomenon_time = $1`,
          [time],
        )
      ).rows[0]?.result
    await until(
      async () => {
        await client.publishAsync('city/air/s1', JSON.stringify({ time, temperature: 21 }), { qos: 1 })
        return latest()
      },
      (result) => result === 21,
    )
    expect(await countRows(database.pool)).toBe(1)
    await blocker.query('rollback')
    blocker.release()
    // nothing in flight is no sign of the end: the broker sends the rest when the first hundred are acknowledged
    await until(
      () => countRows(database.pool),
      (n) => n >= 1 + 500 + 1,
    )
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    expect(await countRows(database.pool)).toBe(1 + 500 + 1)
    const differing = await database.pool.query(
      `select from latest_observation l join observation o using (datastream_id, phenomenon_time)
       where (l.result, l.quality, l.reasons) is distinct from (o.result, o.quality, o.reasons)`,
    )
    expect(differing.rowCount).toBe(0)
    await client.endAsync()
  })

  test('database connections terminated under load: nothing lost, nothing twice', async ({ skip }) => {
    serverUrl(skip)
    const worker = await start()
    const load = publishLoad(broker.url, { rate: 2_000, most: 6_000 })
    for (let i = 0; i < 12; i += 1) {
      await sleep(200)
      await database.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
    }
    const sent = await load.done
    await expectExactlyOnce(sent)
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    expect(worker.state().ledger.get('native')).toMatchObject({ received: sent, stored: sent, duplicate: 0 })
  })

  test('messages without a time, redelivered after a lost connection, are not stored a second time', async () => {
    // The database is busy with a lock, so the messages are held; then the broker restarts and delivers them again.
    const worker = await start()
    const client = await connectAsync(broker.url)
    await client.publishAsync('city/air/first', '{"pm2_5": 1}', { qos: 1 })
    await until(
      () => countRows(database.pool),
      (n) => n === 1,
    )
    const blocker = await database.poolFor({ max: 1 }).connect()
    await blocker.query('begin')
    await blocker.query('lock table rejected_message, observation in share mode')
    for (let i = 0; i < 20; i += 1) await client.publishAsync(`city/air/t${i}`, `{"pm2_5": ${i}}`, { qos: 1 })
    await until(
      () => worker.state().inFlight,
      (n) => n === 20,
    )
    await client.endAsync()
    await broker.stop('term')
    await broker.start()
    await until(
      () => worker.state().inFlight,
      (n) => n === 40,
    )
    await blocker.query('rollback')
    blocker.release()
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    expect(await countRows(database.pool)).toBe(21)
    expect(worker.state().ledger.get('native')).toMatchObject({ received: 41, stored: 21, duplicate: 20 })
  })

  test('messages without a time, committed by a worker that dies before it can acknowledge them, are not stored a second time', async () => {
    const proxy = await openProxy('127.0.0.1', broker.port)
    scope.defer(() => proxy.close())
    const first = await start({ mqttUrl: `mqtt://127.0.0.1:${proxy.port}`, clientId: 'place' })
    proxy.swallowRequests()
    const client = await connectAsync(broker.url)
    for (let i = 0; i < 20; i += 1) await client.publishAsync(`city/air/t${i % 10}`, `{"pm2_5": ${i % 10}}`, { qos: 1 })
    await until(
      () => countRows(database.pool),
      (n) => n === 20,
    )
    proxy.cut()
    await first.close({ drainMs: 1 })
    // Another worker in its place: it knows the first only from the database, as after a kill.
    const second = await start({ clientId: 'place' })
    await until(
      () => second.state().ledger.get('native')?.duplicate,
      (n) => n === 20,
    )
    expect(await countRows(database.pool)).toBe(20)
    // The same content with an identifier of its own is news.
    await client.publishAsync('city/air/t1', '{"pm2_5": 1}', { qos: 1 })
    await until(
      () => countRows(database.pool),
      (n) => n === 21,
    )
    await client.endAsync()
  })

  test('a message that cannot be interpreted is stored with its bytes, counted and acknowledged', async () => {
    const worker = await start({
      pack: { ...pack, sources: [...pack.sources, { name: 'other', topic: 'other/#', format: 'native' }] },
    })
    const client = await connectAsync(broker.url)
    const nan = '{"pm2_5": NaN}'
    const half = '{"pm2_5": 4, "no2": "twelve"}'
    const order = ['city/air/a', 'city/air/b', 'other/deep/er/topic', 'city/air/c', 'city/air/d']
    await client.publishAsync('city/air/a', Buffer.from([0xff, 0x00, 0xfe]), { qos: 1 })
    await client.publishAsync('city/air/b', nan, { qos: 1 })
    await client.publishAsync('other/deep/er/topic', '{"pm2_5": 1}', { qos: 1 })
    await client.publishAsync('city/air/c', half, { qos: 1 })
    await client.publishAsync('city/air/d', Buffer.alloc(3_000_000, 'x'), { qos: 1 })
    await client.endAsync()
    const { rows } = await until(
      () => database.pool.query('select topic, payload, reason, partial, full_bytes from rejected_message'),
      (answer) => answer.rows.length === 5,
    )
    // Two writers commit side by side: the order of arrival is not the order of the table.
    rows.sort((a, b) => order.indexOf(a.topic) - order.indexOf(b.topic))
    expect(rows.map(({ topic, reason, partial, full_bytes }) => [topic, reason, partial, full_bytes])).toEqual([
      ['city/air/a', 'not_json', false, 3],
      ['city/air/b', 'bad_value', false, nan.length],
      ['other/deep/er/topic', 'wrong_topic', false, 12],
      ['city/air/c', 'bad_value', true, half.length],
      ['city/air/d', 'too_large', false, 3_000_000],
    ])
    expect(rows[0].payload).toEqual(Buffer.from([0xff, 0x00, 0xfe]))
    expect(rows[4].payload.length).toBe(1024 * 1024 + 1)
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    const [native, other] = [worker.state().ledger.get('native'), worker.state().ledger.get('other')]
    expect(native).toMatchObject({
      received: 4,
      stored: 1,
      rejected: 3,
      observationsStored: 1,
      observationsRejected: 2,
    })
    expect(other).toMatchObject({ received: 1, stored: 0, rejected: 1 })
  })

  test('a message of a filter that left the pack is rejected as no_source, not dropped', async () => {
    const gone = { name: 'gone', topic: 'gone/+/+', format: 'native' }
    const before = await start({ clientId: 'pack-change', pack: { ...pack, sources: [...pack.sources, gone] } })
    await before.close()
    const client = await connectAsync(broker.url)
    await client.publishAsync('gone/air/x', '{"pm2_5": 1}', { qos: 1 })
    await client.endAsync()
    await start({ clientId: 'pack-change' })
    const { rows } = await until(
      () => database.pool.query('select source, topic, reason from rejected_message'),
      (answer) => answer.rows.length > 0,
    )
    expect(rows).toEqual([{ source: '(none)', topic: 'gone/air/x', reason: 'no_source' }])
  })
})
