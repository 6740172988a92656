/**
 * Sparkplug with two workers that share nothing but the database: one hears births and deaths, the other one data, so
 * whatever data needs has been told to somebody else.
 */
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { readPayload } from '#ingest/decode/formats/standards/sparkplug-payload.ts'
import { requestRebirths } from '#ingest/interpret/sparkplug/rebirth.ts'
import { type FoundContext, SparkplugState } from '#ingest/interpret/sparkplug/state.ts'
import { type IngestWorker, startIngest } from '#ingest/worker.ts'
import { openTestBroker, openTestDatabase, type TestBroker, type TestDatabase } from '#test/environment.ts'
import { until } from '../delivery/until.ts'
import { bdSeq, payload, type TestMetric } from '../unit/ingest/decode/sparkplug-bytes.ts'

const TEMPERATURE: TestMetric = { name: 'Temperature', alias: 100, datatype: 10, double: 21.5 }
let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

describe('two workers on one broker', () => {
  let scope: Scope
  let broker: TestBroker
  let node: MqttClient
  let group: string
  beforeEach(async () => {
    scope = createScope()
    broker = await openTestBroker()
    scope.defer(() => broker.close())
    group = broker.prefix
    node = await connectAsync(broker.url)
    scope.defer(() => node.endAsync())
    await database.pool.query('truncate rejected_message, sparkplug_node, sparkplug_birth')
    await database.pool.query('truncate latest_observation')
    await database.pool.query('delete from observation')
  })
  afterEach(() => scope.close())

  const start = async (name: string, filters: string[]): Promise<IngestWorker> => {
    const worker = await startIngest({
      pool: database.poolFor({ max: 6 }),
      mqttUrl: broker.url,
      pack: {
        timeZone: 'UTC',
        sources: filters.map((topic, i) => ({ name: `${name}-${i}`, topic })),
      },
      log: createLog('test', 'silent'),
      clientId: `${name}-${group}`,
    })
    scope.defer(() => worker.close())
    await worker.ready
    return worker
  }
  const both = async (): Promise<void> => {
    const of = (type: string): string => `spBv1.0/${group}/${type}/#`
    await start('births', ['NBIRTH', 'DBIRTH', 'NDEATH', 'DDEATH'].map(of))
    await start('data', ['NDATA', 'DDATA'].map(of))
  }
  const say = (type: string, device: string, bytes: Buffer) =>
    node.publishAsync(`spBv1.0/${group}/${type}/${device}`, bytes, { qos: 1 })
  const latest = async (device: string, property: string): Promise<number | undefined> => {
    const { rows } = await database.pool.query<{ result: number }>(
      `select l.result from latest_observation l join datastream s on s.id = l.datastream_id
       join thing_device d on d.thing_id = s.thing_id where d.device = $1 and s.property = $2`,
      [`sparkplug-b/${group}/${device}`, property],
    )
    return rows[0]?.result
  }
  const rejected = async (): Promise<string[]> =>
    (await database.pool.query<{ reason: string }>('select reason from rejected_message order by id')).rows.map(
      ({ reason }) => reason,
    )

  test('an alias that one worker received is known to the other', async () => {
    await both()
    const now = Date.now() - 10_000
    await say('NBIRTH', 'gw', payload(now, 0, [bdSeq(1), TEMPERATURE]))
    await say('DBIRTH', 'gw/roof', payload(now + 1, 1, [{ name: 'Humidity', alias: 200, datatype: 3, int: 40 }]))
    await say('NDATA', 'gw', payload(now + 1_000, 2, [{ alias: 100, double: 22.5 }]))
    await say('DDATA', 'gw/roof', payload(now + 1_001, 3, [{ alias: 200, int: 41 }]))
    await until(
      async () => [await latest('gw', 'temperature'), await latest('gw/roof', 'relative_humidity')].join(),
      (now) => now === '22.5,41',
    )
    expect(await rejected()).toEqual([])
    const { rows } = await database.pool.query('select next_seq, ahead, needs_birth from sparkplug_node')
    expect(rows).toEqual([{ next_seq: 4, ahead: [], needs_birth: false }])
  })

  test('data with an unknown alias is stored as rejected, and a rebirth is requested', async () => {
    await both()
    const commands: string[] = []
    await node.subscribeAsync(`spBv1.0/${group}/NCMD/#`)
    node.on('message', (topic, bytes) => {
      commands.push(`${topic} ${readPayload(bytes).metrics[0]?.name}`)
      void say('NBIRTH', 'gw', payload(Date.now(), 0, [bdSeq(2), TEMPERATURE]))
    })
    await say('NDATA', 'gw', payload(Date.now() - 1_000, 7, [{ alias: 100, double: 19 }]))
    await until(rejected, (reasons) => reasons.length > 0)
    expect(await rejected()).toEqual(['alias_unknown'])
    await until(
      () => latest('gw', 'temperature'),
      (value) => value === 21.5,
    )
    expect(commands).toEqual([`spBv1.0/${group}/NCMD/gw Node Control/Rebirth`])
    await say('NDATA', 'gw', payload(Date.now() + 1, 1, [{ alias: 100, double: 23 }]))
    await until(
      () => latest('gw', 'temperature'),
      (value) => value === 23,
    )
  })

  test('a death takes the node and its devices offline; one of an older session does not', async () => {
    await both()
    const now = Date.now() - 10_000
    await say('NBIRTH', 'gw', payload(now, 0, [bdSeq(5), TEMPERATURE]))
    await say('DBIRTH', 'gw/roof', payload(now + 1, 1, [{ name: 'Humidity', alias: 200, datatype: 3, int: 40 }]))
    await until(
      () => latest('gw/roof', 'online'),
      (online) => online === 1,
    )
    await say('NDEATH', 'gw', payload(now, undefined, [bdSeq(4)]))
    await until(rejected, (reasons) => reasons.length === 1)
    expect([await rejected(), await latest('gw', 'online')]).toEqual([['no_measurement'], 1])
    await say('NDEATH', 'gw', payload(now, undefined, [bdSeq(5)]))
    await until(
      async () => [await latest('gw', 'online'), await latest('gw/roof', 'online')].join(),
      (both) => both === '0,0',
    )
  })

  test('messages in flight when a worker closes are committed', async () => {
    const worker = await start('all', [`spBv1.0/${group}/#`])
    const now = Date.now() - 60_000
    for (let i = 0; i < 300; i += 1)
      await say(
        i === 0 ? 'NBIRTH' : 'NDATA',
        'gw',
        payload(now + i, i % 256, i === 0 ? [bdSeq(1), TEMPERATURE] : [{ alias: 100, double: i }]),
      )
    await until(
      () => worker.state().ledger.get('all-0')?.received,
      (received) => received === 300,
    )
    await worker.close()
    expect(worker.state()).toMatchObject({ inFlight: 0, balanced: true })
    const { rows } = await database.pool.query(
      `select count(*) as n from observation o join datastream s on s.id = o.datastream_id where property = 'temperature'`,
    )
    expect(rows).toEqual([{ n: 300 }])
  })
})

describe('state in the database', () => {
  const at = Date.parse('2026-05-31T11:00:00Z')
  const certificate = (topic: string, bytes: Buffer, last = true) => ({
    ...{ topic: `spBv1.0/${topic}`, payload: bytes, receivedAt: new Date(at) },
    ...{ counted: false, last },
  })
  const born = (node: string, seq = 0, ms = at): ReturnType<typeof certificate> =>
    certificate(`g/NBIRTH/${node}`, payload(ms, seq, [bdSeq(1), TEMPERATURE]))
  const said = (node: string, seq: number, ms = at + seq): ReturnType<typeof certificate> =>
    certificate(`g/NDATA/${node}`, payload(ms, seq, [{ alias: 100, double: 1 }]))
  const names = (recalled: (FoundContext | undefined)[]): (string | undefined)[] =>
    recalled.map((found) => found?.context.byAlias.get('100')?.name)
  const ask = (limits: { reorderMs: number; everyMs: number }, reachable = true): Promise<string[]> =>
    requestRebirths(database.pool, () => reachable, limits)

  beforeEach(() => database.pool.query('truncate sparkplug_node, sparkplug_birth'))

  test('numbers that arrive at two workers in any order are not a gap; a lost one is, and a rebirth is requested once', async () => {
    const [a, b] = [new SparkplugState(), new SparkplugState()]
    const [poolA, poolB] = [database.poolFor({ max: 1 }), database.poolFor({ max: 1 })]
    await a.lookUp(poolA, [born('n'), born('whole')])
    await b.lookUp(poolB, [said('n', 2), said('whole', 2)])
    await a.lookUp(poolA, [said('whole', 1), said('n', 3)])
    expect(await ask({ reorderMs: 60_000, everyMs: 60_000 })).toEqual([])
    expect(await ask({ reorderMs: 0, everyMs: 60_000 }, false)).toEqual([])
    expect(await Promise.all([ask({ reorderMs: 0, everyMs: 60_000 }), ask({ reorderMs: 0, everyMs: 60_000 })])).toEqual(
      expect.arrayContaining([['g/n'], []]),
    )
    // asked already, and not again so soon; the birth ends it
    expect(await ask({ reorderMs: 0, everyMs: 60_000 })).toEqual([])
    expect(await ask({ reorderMs: 0, everyMs: 0 })).toEqual(['g/n'])
    await b.lookUp(poolB, [born('n', 0, at + 100)])
    expect(await ask({ reorderMs: 0, everyMs: 0 })).toEqual([])
  })

  test('data that arrives before its birth is counted at the next lookup, once', async () => {
    const state = new SparkplugState()
    const early = { ...said('n', 1), last: false }
    const [first] = await state.lookUp(database.pool, [early])
    expect(first).toMatchObject({ unresolved: true, counted: false })
    await state.lookUp(database.pool, [born('n')])
    const [again] = await state.lookUp(database.pool, [{ ...early, counted: first?.counted ?? true }])
    expect(again).toMatchObject({ unresolved: false, counted: true })
    await state.lookUp(database.pool, [said('n', 2)])
    const { rows } = await database.pool.query('select next_seq, ahead from sparkplug_node')
    expect(rows).toEqual([{ next_seq: 3, ahead: [] }])
  })

  test('a late message is read by the birth of its time, an early one by the first that followed', async () => {
    const state = new SparkplugState()
    const second = certificate(
      'g/NBIRTH/n',
      payload(at + 1_000, 0, [bdSeq(2), { name: 'Humidity', alias: 100, datatype: 10, double: 1 }]),
    )
    await state.lookUp(database.pool, [born('n'), second])
    const found = await state.lookUp(database.pool, [
      said('n', 1, at + 500),
      said('n', 1, at + 1_500),
      said('n', 1, at - 500),
    ])
    expect(names(found)).toEqual(['Temperature', 'Humidity', 'Temperature'])
  })

  test('unknown for now is not unknown for good', async () => {
    const state = new SparkplugState()
    const early = await state.lookUp(database.pool, [{ ...said('n', 1), last: false }])
    expect(early[0]?.unresolved).toBe(true)
    expect(await ask({ reorderMs: 0, everyMs: 0 })).toEqual([])
    await state.lookUp(database.pool, [said('n', 1)])
    expect(await ask({ reorderMs: 0, everyMs: 0 })).toEqual(['g/n'])
  })

  test('repeating a message changes nothing; a name that the database cannot store is replaced by one that it can', async () => {
    const state = new SparkplugState()
    const death = certificate('g/NDEATH/n', payload(at, undefined, [bdSeq(1)]))
    const odd = certificate(
      'g/NBIRTH/\0',
      payload(at, 0, [
        { name: '\0', datatype: 10, double: 1 },
        { ...bdSeq(1), long: 2n ** 64n - 1n },
      ]),
    )
    const first = await state.lookUp(database.pool, [born('n'), death, odd])
    const again = await state.lookUp(database.pool, [death])
    expect([first[1]?.context.ends, again[0]?.context.ends]).toEqual([true, true])
  })
})
