/** Several brokers at once: each with its own session and ledger; one that is down delays nobody, and is heard when it is back. */
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { brokerSettings } from '#infra/runtime/broker-settings.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { ingestPartsOf } from '#ingest/monitor/readiness.ts'
import { type IngestWorker, startIngest } from '#ingest/worker.ts'
import { replayTopic } from '#model/mqtt/replay-topic.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { until } from '../delivery/until.ts'

describe('two brokers and one that is down', () => {
  const scope = createScope()
  let database: TestDatabase
  let worker: IngestWorker
  let city: { url: string }
  let harbour: { url: string }
  let lost: { url: string; port: number }
  beforeAll(async () => {
    database = await openTestDatabase()
    scope.defer(() => database.close())
    const open = async () => {
      const broker = await openEmbeddedBroker({ port: 0, host: '127.0.0.1' })
      scope.defer(() => broker.close())
      return broker
    }
    ;[city, harbour] = [await open(), await open()]
    const closed = await openEmbeddedBroker({ port: 0, host: '127.0.0.1' })
    await closed.close()
    lost = { url: closed.url, port: Number(new URL(closed.url).port) }
    const level = { device: { level: 2 }, fields: { l: { property: 'water_level', unit: 'cm' } } } as const
    const brokers = [
      { name: 'harbour', urlFromEnv: 'HARBOUR_URL' },
      { name: 'lost', urlFromEnv: 'LOST_URL' },
    ]
    worker = await startIngest({
      pool: database.poolFor({ max: 6 }),
      mqttUrl: city.url,
      pack: {
        timeZone: 'UTC',
        sources: [
          { name: 'native', topic: 'city/#', format: 'native' },
          // the same topics mean something else at another broker
          { name: 'tides', topic: 'city/#', broker: 'harbour', format: 'json', json: { encoding: 'json', ...level } },
          { name: 'wells', topic: 'wells/#', broker: 'lost', format: 'json', json: { encoding: 'json', ...level } },
        ],
      },
      brokers: brokerSettings(brokers, { HARBOUR_URL: harbour.url, LOST_URL: lost.url }),
      log: createLog('test', 'silent'),
      clientId: 'worker',
    })
    scope.defer(() => worker.close())
    await worker.ready
    await until(
      () => worker.states().get('harbour')?.connected,
      (connected) => connected === true,
    )
  })
  afterAll(() => scope.close())

  const publish = async (url: string, topic: string, payload: object): Promise<void> => {
    const client = await connectAsync(url)
    await client.publishAsync(topic, JSON.stringify(payload), { qos: 1 })
    await client.endAsync()
  }
  const stored = async (): Promise<string[]> =>
    (
      await database.pool.query<{ line: string }>(
        `select t.key || ' ' || d.property || ' ' || round(o.result::numeric, 3)::float8 as line from observation o
         join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id order by 1`,
      )
    ).rows.map(({ line }) => line)

  test('each is read by its own sources; the live feed is at the broker of the city; the ledgers balance', async () => {
    const listener = await connectAsync(city.url)
    scope.defer(() => listener.endAsync())
    const live: string[] = []
    listener.on('message', (topic) => live.push(topic))
    await listener.subscribeAsync('citywell/observations/#')
    await publish(city.url, 'city/air/a', { pm2_5: 12.5 })
    await publish(harbour.url, 'city/pier', { l: 182 })
    await until(stored, (lines) => lines.length === 2)
    expect(await stored()).toEqual(['a pm2_5 12.5', 'json:tides.pier water_level 1.82'])
    await until(
      () => live.length,
      (n) => n >= 2,
    )
    const ledgers = [...worker.states()].map(([name, { ledger, balanced }]) => [name, [...ledger.keys()], balanced])
    expect(ledgers).toEqual([
      ['', ['native'], true],
      ['harbour', ['tides'], true],
      ['lost', ['wells'], true],
    ])
  })

  test('the one that is down is named; the others are ready', () => {
    const parts = ingestPartsOf(worker.states())
    const missing = Object.entries(parts).flatMap(([name, { ok }]) => (ok ? [] : [name]))
    expect(missing).toEqual(['broker:lost', 'subscription:lost'])
    expect(worker.state().connected).toBe(true)
  })

  test('once it is there, it is heard; a replayed message of it is read by its source', async () => {
    const back = await openEmbeddedBroker({ port: lost.port, host: '127.0.0.1' })
    scope.defer(() => back.close())
    await until(
      () => worker.states().get('lost')?.connected,
      (connected) => connected === true,
    )
    await publish(lost.url, 'wells/w-1', { l: 95 })
    const receivedAt = new Date(Date.now() - 60_000)
    await publish(city.url, replayTopic({ topic: 'wells/w-2', receivedAt, retained: false }), { l: 50 })
    await until(stored, (lines) => lines.length === 4)
    expect((await stored()).slice(2)).toEqual(['json:wells.w-1 water_level 0.95', 'json:wells.w-2 water_level 0.5'])
  })
})

test.each([
  [{}, 'HARBOUR_URL is not set'],
  [{ HARBOUR_URL: 'harbour.example:1883' }, 'is no address of a broker'],
  [{ HARBOUR_URL: 'mqtts://u:secret@harbour.example', HARBOUR_CA: '/nowhere.pem' }, 'names a file that cannot be read'],
])('an environment that does not suffice is named, without secrets: %j', (environment, problem) => {
  const broker = { name: 'harbour', urlFromEnv: 'HARBOUR_URL', caFromEnv: 'HARBOUR_CA' }
  const settings = (): unknown => brokerSettings([broker], environment)
  expect(settings).toThrow(problem)
  expect(settings).not.toThrow('secret')
})
