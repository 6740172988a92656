/** Quality flags on their way into the database: by range, by history, added to later, and what is kept of persons. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { Ledger } from '#ingest/commit/ledger.ts'
import { Writer } from '#ingest/commit/writer.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import type { NormalSample } from '#ingest/observe/normalise.ts'
import { amendObservations } from '#ingest/quality/amendments.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

const NOON = Date.UTC(2026, 4, 31, 12)
const at = (minutes: number): Date => new Date(NOON + minutes * 60_000)
const SPIKE = 1 << 2
const UNVERIFIED = 1 << 12

describe('quality on its way into the database', () => {
  let database: TestDatabase
  let pool: Pool
  beforeAll(async () => {
    database = await openTestDatabase()
    pool = database.pool
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await pool.query('delete from observation')
    await pool.query(
      'truncate latest_observation, rejected_message, ingest_ledger, thing, thing_device, datastream restart identity cascade',
    )
    await pool.query(
      `insert into thing (key, name, domain, kind, verified) values ('a', 'A', 'air', 'air_station', true)`,
    )
  })

  const message = (minutes: number, result: number, over: Partial<IngestMessage> = {}): IngestMessage => {
    const sample: NormalSample = {
      device: 'key/a',
      property: 'temperature',
      channel: '',
      unit: 'Cel',
      phenomenonTime: at(minutes),
      result,
      quality: 1,
      reasons: 0,
      domain: 'air',
    }
    return {
      source: 'native',
      topic: 'city/air/a',
      payload: Buffer.from('raw'),
      fullBytes: 3,
      receivedAt: at(minutes),
      messageId: undefined,
      dup: false,
      samples: [sample],
      problems: [],
      failure: undefined,
      acknowledge: () => {},
      ...over,
    }
  }
  const open = () => {
    const ledger = new Ledger(['native'])
    const writer = new Writer({
      ...{ pool, ledger, session: 'test' },
      log: createLog('test', 'silent'),
      registry: new Registry(),
      onCommitted: () => {},
      onRetry: () => {},
    })
    return async (...messages: IngestMessage[]): Promise<void> => {
      for (const item of messages) {
        ledger.countReceived(item.source)
        ledger.addInFlight(item)
      }
      await writer.write(messages)
    }
  }
  const stored = async () =>
    (await pool.query('select result, quality, reasons from observation order by phenomenon_time')).rows
  const flags = async () => (await stored()).map(({ quality, reasons }) => [quality, reasons])

  test('a spike is known one result later: the stored observation is amended in the transaction of that result', async () => {
    const write = open()
    await write(message(0, 20))
    await write(message(10, 32))
    expect(await flags()).toEqual([
      [1, 0],
      [1, 0],
    ])
    await write(message(20, 20))
    // SPK_REF (20 + 20) / 2, distance 12: suspect
    expect(await stored()).toEqual([
      { result: 20, quality: 1, reasons: 0 },
      { result: 32, quality: 3, reasons: SPIKE },
      { result: 20, quality: 1, reasons: 0 },
    ])
    const latest = await pool.query('select result, quality from latest_observation')
    expect(latest.rows).toEqual([{ result: 20, quality: 1 }])
  })

  test('a spike and what unmasks it in one batch', async () => {
    const write = open()
    await write(message(0, 20), message(10, 60), message(20, 20))
    expect(await flags()).toEqual([
      [1, 0],
      [4, SPIKE],
      [1, 0],
    ])
  })

  test('a batch that is split is evaluated once: its good values keep their flags, the spike its own', async () => {
    const write = open()
    const refused = message(20, 20)
    for (const sample of refused.samples) sample.channel = 'a\0b'
    await write(message(0, 20), message(10, 60), refused, message(30, 20))
    expect(await flags()).toEqual([
      [1, 0],
      [4, SPIKE],
      [1, 0],
    ])
  })

  test('amending twice changes nothing; an amendment adds reasons and never removes any', async () => {
    const write = open()
    await write(message(0, 20))
    await pool.query('update observation set quality = 4, reasons = $1', [UNVERIFIED])
    await pool.query('update latest_observation set quality = 1')
    const spike = { datastreamId: 1, timeMs: at(0).getTime(), quality: 3, reasons: SPIKE } as const
    const gone = { ...spike, datastreamId: 99 }
    await amendObservations(pool, [gone, spike])
    const version = async () =>
      (await pool.query('select xmin::text, quality, reasons from observation_packed')).rows[0]
    const first = await version()
    expect(first).toMatchObject({ quality: 4, reasons: UNVERIFIED | SPIKE })
    await amendObservations(pool, [spike])
    expect(await version()).toEqual(first)
    // the latest is the same observation
    const latest = await pool.query('select quality, reasons from latest_observation')
    expect(latest.rows).toEqual([{ quality: 3, reasons: SPIKE }])
  })

  test('of personal data only the length is stored', async () => {
    const write = open()
    const failure = { reason: 'personal_data', detail: 'a device that is no known sensor' } as const
    const payload = Buffer.from('{"id":"AA:BB:CC:DD:EE:FF","name":"Telephone of Ada"}')
    const heard = { payload, fullBytes: payload.length, samples: [], failure }
    await write(
      message(0, 20, { ...heard, topic: 'home/gateway/BTtoMQTT/AABBCCDDEEFF' }),
      message(0, 20, { payload, fullBytes: payload.length, samples: [], failure: { reason: 'not_json', detail: '' } }),
    )
    const { rows } = await pool.query('select topic, reason, payload, full_bytes from rejected_message order by id')
    expect(rows).toEqual([
      { topic: 'home/gateway/BTtoMQTT/(address)', reason: 'personal_data', payload: Buffer.alloc(0), full_bytes: 52 },
      { topic: 'city/air/a', reason: 'not_json', payload, full_bytes: 52 },
    ])
  })
})
