/**
 * The promise of docs/delivery.md, held against every way in which storing can fail: each message is stored, or rejected
 * and counted, or waits for an outage to end; nothing is tried for ever without one, and neighbours are stored.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool, PoolClient } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { isBalanced, Ledger } from '#ingest/commit/ledger.ts'
import { StoreProbe } from '#ingest/commit/store-probe.ts'
import { Writer } from '#ingest/commit/writer.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await openTestDatabase()
  pool = database.pool
  // What a Thing is called says how storing it fails: poison-<SQLSTATE>-<n>, killer-<n>.
  await pool.query(`
    create function fail_by_key() returns trigger language plpgsql as $$
    begin
      if new.key like 'killer-%' then
        perform pg_terminate_backend(pg_backend_pid());
        perform pg_sleep(1);
      end if;
      if new.key like 'poison-%' then
        raise exception 'injected' using errcode = substr(new.key, 8, 5);
      end if;
      return new;
    end $$`)
  await pool.query('create trigger fail_by_key before insert on thing for each row execute function fail_by_key()')
})
afterAll(() => database.close())

const PAYLOAD = '{"pm2_5": 7}'
let messages = 0
function message(thing: string, topic = `city/air/${thing}`): IngestMessage {
  messages += 1
  const phenomenonTime = new Date(Date.UTC(2026, 4, 31, 12) + messages * 1000)
  return {
    ...{ source: 'native', topic, payload: Buffer.from(PAYLOAD), fullBytes: PAYLOAD.length },
    ...{ receivedAt: new Date(), messageId: undefined, dup: false, problems: [], failure: undefined },
    samples: [
      {
        ...{ device: `key/${thing}`, property: 'pm2_5', channel: '', unit: 'ug/m3', domain: 'air' },
        ...{ phenomenonTime, result: 7, quality: 2, reasons: 0 },
      },
    ],
    acknowledge: () => {},
  }
}

/** Writes one batch: the faulty messages, by name, among three others. @returns what became of each */
async function writeAmong(
  faulty: Readonly<Record<string, IngestMessage>>,
  over: { pool?: Pool; persistentMs?: number } = {},
) {
  const ledger = new Ledger(['native'])
  const outcomes = new Map<string, string>()
  const used = over.pool ?? pool
  const writer = new Writer({
    ...{ pool: used, ledger, session: 'test', log: createLog('test', 'silent') },
    registry: new Registry(),
    probe: new StoreProbe({ pool: used, ledger, persistentMs: over.persistentMs ?? 20 }),
    onCommitted: (batch) => {
      for (const each of batch.messages) outcomes.set(nameOf.get(each.message.acknowledge) ?? '?', each.outcome.kind)
    },
    onRetry: () => {},
  })
  const nameOf = new Map<() => void, string>()
  const add = (name: string, each: IngestMessage): IngestMessage => {
    const acknowledge = (): void => {}
    nameOf.set(acknowledge, name)
    const named = { ...each, acknowledge }
    ledger.countReceived(named.source)
    ledger.addInFlight(named)
    return named
  }
  const batch = Array.from({ length: 3 }, (_, i) => add(`neighbour ${i}`, message(`neighbour-${i}-${messages}`)))
  batch.splice(2, 0, ...Object.entries(faulty).map(([name, each]) => add(name, each)))
  const written = writer.write(batch)
  return { written, writer, outcomes, ledger }
}

const NEIGHBOURS = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`neighbour ${i}`, 'stored']))
async function rejectedWith(topic: string) {
  const { rows } = await pool.query<{ reason: string; detail: string; payload: Buffer }>(
    'select reason, detail, payload from rejected_message where topic = $1',
    [topic],
  )
  return rows
}

// One or more of each class of PostgreSQL's appendix A, and one that no version has.
const SQLSTATES = (
  '01000 02000 03000 08006 09000 0A000 0B000 0F000 0L000 0P000 0Z000 20000 21000 22021 22P05 23502 23503 23505 24000 ' +
  '25006 25P03 26000 27000 28000 2B000 2D000 2F000 34000 38000 39000 3B000 3D000 3F000 40001 42501 42P01 44000 53100 ' +
  '53400 54000 55P03 57014 57P01 58030 F0000 HV000 P0001 XX000 XX001 ZZZZZ'
).split(' ')

test('an error of any SQLSTATE that one message causes costs that message only, which keeps its bytes', async () => {
  const faulty = Object.fromEntries(SQLSTATES.map((code) => [code, message(`poison-${code}`)]))
  const { written, outcomes, ledger } = await writeAmong(faulty)
  await written
  const rejected = Object.fromEntries(SQLSTATES.map((code) => [code, 'rejected']))
  expect(Object.fromEntries(outcomes)).toEqual({ ...NEIGHBOURS, ...rejected })
  expect([...ledger.read().values()].every((counts) => isBalanced(counts) && counts.inFlight === 0)).toBe(true)
  for (const code of SQLSTATES) {
    const kept = await rejectedWith(`city/air/poison-${code}`)
    expect(kept).toMatchObject([{ reason: 'store_failed', detail: expect.stringContaining(code) }])
    expect(String(kept[0]?.payload)).toBe(PAYLOAD)
  }
})

test.skipIf(!process.env['DATABASE_URL'])('a message that kills its connection each time', async () => {
  const { written, outcomes } = await writeAmong({ faulty: message('killer-1') }, { persistentMs: 300 })
  await written
  expect(Object.fromEntries(outcomes)).toEqual({ ...NEIGHBOURS, faulty: 'rejected' })
  expect(await rejectedWith('city/air/killer-1')).toHaveLength(1)
})

/** Fails wherever the text stands in what is sent: the driver, the network and our own code fail like this. */
function failingPool(text: string, fail: () => never): Pool {
  const failsFor = (args: readonly unknown[]): boolean => {
    const [first, second] = args as [{ values?: unknown } | string, unknown]
    return JSON.stringify((typeof first === 'object' ? first.values : second) ?? '').includes(text)
  }
  const failing = <T extends Pool | PoolClient>(target: T): T =>
    new Proxy(target, {
      get: (_, key) => {
        const value = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (key === 'query' && failsFor(args)) fail()
          const result = await value.apply(target, args)
          return key === 'connect' ? failing(result as PoolClient) : result
        }
      },
    })
  return failing(pool)
}

const circular: { self?: unknown } = {}
circular.self = circular
const THROWN: readonly (readonly [string, unknown])[] = [
  ['Error', new Error('plain')],
  ['TypeError', new TypeError('x is not a function')],
  ['RangeError', new RangeError('Maximum call stack size exceeded')],
  ['AggregateError', new AggregateError([new Error('a'), new Error('b')])],
  ['a time-out of the platform', AbortSignal.timeout(0).reason ?? new DOMException('timed out', 'TimeoutError')],
  ['a time-out of pg', new Error('timeout exceeded when trying to connect')],
  ['a lost connection', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['an unknown code', Object.assign(new Error('odd'), { code: 'ERR_SOMETHING' })],
  ['a code that is a number', Object.assign(new Error('odd'), { code: 42 })],
  ['text', 'a string'],
  ['lone surrogates and NUL', new Error('\ud800 \0 \u001b[31m')],
  ['nothing', undefined],
  ['null', null],
  ['a number', 0],
  ['a symbol', Symbol('thrown')],
  ['an object without a prototype', Object.create(null)],
  ['a circular object', circular],
]

test('whatever is thrown, at whatever point, costs that message only', async () => {
  const cases = THROWN.flatMap(([name, thrown]) => {
    const thing = `thrown ${name}`
    const failing = failingPool(thing, () => {
      throw thrown
    })
    return [
      { name, faulty: message(thing, 'city/air/any'), failing },
      // its topic cannot be stored either: what is left is that there was a message
      { name: `${name}, also for its rejection`, faulty: message(thing), failing },
    ]
  })
  const results = await Promise.all(
    cases.map(async ({ name, faulty, failing }) => {
      const { written, outcomes } = await writeAmong({ faulty }, { pool: failing })
      await written
      return [name, Object.fromEntries(outcomes)] as const
    }),
  )
  for (const [name, outcomes] of results)
    expect({ name, outcomes }).toEqual({ name, outcomes: { ...NEIGHBOURS, faulty: 'rejected' } })
})

/** Everything that storing an ordinary message needs: without it nothing can be stored, which is an outage. */
const NEEDED = ['thing', 'datastream', 'observation_packed', 'latest_observation', 'ingest_ledger']
test.each(NEEDED)('without the table %s every message waits, and is stored once it is there', async (table) => {
  await (await writeAmong({ faulty: message(`before-${table}`) })).written
  await pool.query(`alter table ${table} rename to missing`)
  const { written, outcomes } = await writeAmong({ faulty: message(`after-${table}`) })
  await sleep(300)
  await pool.query(`alter table missing rename to ${table}`)
  expect(Object.fromEntries(outcomes)).toEqual({})
  await written
  expect(Object.fromEntries(outcomes)).toEqual({ ...NEIGHBOURS, faulty: 'stored' })
})

test('a committed batch is not written again when its announcement fails', async () => {
  const ledger = new Ledger(['native'])
  let announced = 0
  const writer = new Writer({
    ...{ pool, ledger, session: 'test', log: createLog('test', 'silent'), onRetry: () => {} },
    registry: new Registry(),
    onCommitted: () => {
      announced += 1
      throw new TypeError('a listener with a fault')
    },
  })
  const one = message('announced')
  ledger.countReceived(one.source)
  ledger.addInFlight(one)
  await writer.write([one])
  expect(announced).toBe(1)
  expect(ledger.read().get('native')).toMatchObject({ stored: 1, inFlight: 0 })
})
