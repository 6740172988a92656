/** The whole worker on whatever broker and database a test gets: by default the embedded ones, as `npm start` has them. */
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { type IngestWorker, startIngest } from '#ingest/worker.ts'
import { liveMessageSchema } from '#model/mqtt/live-feed.ts'
import { openTestBroker, openTestDatabase, type TestBroker, type TestDatabase } from '#test/environment.ts'
import { until } from '../delivery/until.ts'

describe('ingest worker', () => {
  let scope: Scope
  let broker: TestBroker
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    scope = createScope()
    await database.pool.query('delete from observation')
    await database.pool.query('truncate latest_observation, rejected_message')
    broker = await openTestBroker()
    scope.defer(() => broker.close())
  })
  afterEach(() => scope.close())

  const start = async (): Promise<IngestWorker> => {
    const worker = await startIngest({
      pool: database.poolFor({ max: 6 }),
      mqttUrl: broker.url,
      pack: {
        timeZone: 'UTC',
        sources: [{ name: 'native', topic: `city/+/${broker.prefix}`, format: 'native' }],
      },
      log: createLog('test', 'silent'),
      clientId: `worker-${broker.prefix}`,
    })
    scope.defer(() => worker.close())
    await worker.ready
    return worker
  }
  const topic = (domain: string): string => `city/${domain}/${broker.prefix}`
  const count = async (): Promise<number> =>
    (await database.pool.query<{ n: number }>('select count(*) as n from observation')).rows[0]?.n ?? -1

  test('publish, commit, live feed: a foreign client sees what was stored', async () => {
    const worker = await start()
    const client = await connectAsync(broker.url)
    const heard: unknown[] = []
    client.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString())))
    await client.subscribeAsync('citywell/observations/air')
    const time = new Date(Date.now() - 1_000).toISOString()
    await client.publishAsync(topic('air'), JSON.stringify({ time, pm2_5: 12.5 }), { qos: 1 })
    await until(
      () => heard.length,
      (n) => n > 0,
    )
    const live = liveMessageSchema.parse(heard[0])
    expect(live.observations).toMatchObject([
      { thing: broker.prefix, property: 'pm2_5', channel: '', phenomenonTime: time, result: 12.5 },
    ])
    expect(await count()).toBe(1)
    expect(worker.state()).toMatchObject({ connected: true, inFlight: 0, balanced: true })
    await client.endAsync()
  })

  test('messages published while the worker is stopped wait for it', async () => {
    const worker = await start()
    await worker.close()
    const client = await connectAsync(broker.url)
    const startMs = Date.now() - 60_000
    for (let i = 0; i < 50; i += 1)
      await client.publishAsync(topic('air'), JSON.stringify({ time: new Date(startMs + i).toISOString(), no2: i }), {
        qos: 1,
      })
    await client.endAsync()
    await start()
    await until(count, (n) => n === 50)
  })

  test('a burst larger than a batch is stored completely', async () => {
    const worker = await start()
    const client = await connectAsync(broker.url)
    const startMs = Date.now() - 600_000
    await Promise.all(
      Array.from({ length: 3_000 }, (_, i) =>
        client.publishAsync(
          topic('air'),
          JSON.stringify({ time: new Date(startMs + i).toISOString(), no2: i % 90, o3: 1 }),
          { qos: 1 },
        ),
      ),
    )
    await until(count, (n) => n === 6_000)
    await until(
      () => worker.state().inFlight,
      (n) => n === 0,
    )
    expect(worker.state().ledger.get('native')).toMatchObject({ received: 3_000, stored: 3_000 })
    await client.endAsync()
  })

  test('a retained message without a time is not stored as a current value', async () => {
    const client = await connectAsync(broker.url)
    await client.publishAsync(topic('air'), JSON.stringify({ pm2_5: 1 }), { qos: 1, retain: true })
    await start()
    const { rows } = await until(
      () => database.pool.query('select reason from rejected_message'),
      (answer) => answer.rows.length > 0,
    )
    expect(rows).toEqual([{ reason: 'retained_without_time' }])
    expect(await count()).toBe(0)
    await client.publishAsync(topic('air'), '', { qos: 1, retain: true })
    await client.endAsync()
  })
})
