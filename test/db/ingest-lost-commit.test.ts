/**
 * A connection that is lost during COMMIT: was the batch committed? `pg_xact_status` alone cannot say. PostgreSQL does not flush
 * the assignment of a transaction id, so that after a crash it may give the same id to another transaction, which commits.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool, PoolClient } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { isBalanced, Ledger } from '#ingest/commit/ledger.ts'
import { Writer } from '#ingest/commit/writer.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const lost = (): Error => Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' })

/** What the server does with the first COMMIT of a transaction that wrote the ledger; the client learns nothing of it. */
type Fate = 'committed' | 'rolled back' | 'id used again'

const textOf = (query: unknown): string => (typeof query === 'string' ? query : (query as { text: string }).text)

function losingCommits(pool: Pool, fate: Fate): { pool: Pool; lost: () => number } {
  let count = 0
  const losing = (client: PoolClient): PoolClient => {
    let wroteLedger = false
    const query = async (...args: Parameters<PoolClient['query']>): Promise<unknown> => {
      const text = textOf(args[0])
      if (text.includes('into ingest_ledger')) wroteLedger = true
      if (text.startsWith('begin')) {
        await client.query(text)
        // what is after it can vanish while the transaction, and its id, commit: as if another one had got the id
        return client.query('savepoint crash')
      }
      if (text !== 'commit' || !wroteLedger || count > 0) return client.query(...args)
      count += 1
      if (fate === 'id used again') await client.query('rollback to savepoint crash')
      await client.query(fate === 'rolled back' ? 'rollback' : 'commit')
      throw lost()
    }
    return { query, release: (error?: Error) => client.release(error) } as unknown as PoolClient
  }
  return {
    pool: {
      query: (...args: Parameters<Pool['query']>) => pool.query(...args),
      connect: async () => losing(await pool.connect()),
    } as unknown as Pool,
    lost: () => count,
  }
}

let things = 0
function message(problem: boolean): IngestMessage {
  things += 1
  const payload = Buffer.from('{"pm2_5": 7}')
  return {
    ...{ source: 'native', topic: `city/air/lost-${things}`, payload, fullBytes: payload.length },
    ...{ receivedAt: new Date(), messageId: undefined, dup: false, problems: [] },
    failure: problem ? { reason: 'not_json', detail: 'no' } : undefined,
    samples: problem
      ? []
      : [
          {
            ...{ device: `key/lost-${things}`, property: 'pm2_5', channel: '', unit: 'ug/m3', domain: 'air' },
            ...{ phenomenonTime: new Date(Date.UTC(2026, 4, 31, 12, 0, things)), result: 7, quality: 2, reasons: 0 },
          },
        ],
    acknowledge: () => {},
  }
}

test.each<Fate>(['committed', 'rolled back', 'id used again'])(
  'a batch whose COMMIT was %s is stored and counted once, and acknowledged after that',
  async (fate) => {
    const { pool } = database
    const ledger = new Ledger(['native'])
    const losing = losingCommits(pool, fate)
    const acknowledged: string[] = []
    const writer = new Writer({
      ...{ pool: losing.pool, ledger, session: 'test', log: createLog('test', 'silent'), registry: new Registry() },
      onCommitted: (batch) => acknowledged.push(...batch.messages.map(({ outcome }) => outcome.kind)),
      onRetry: () => {},
    })
    const batch = [message(false), message(true), message(false)]
    for (const each of batch) {
      ledger.countReceived(each.source)
      ledger.addInFlight(each)
    }
    await writer.write(batch)
    expect(losing.lost()).toBe(1)
    expect(acknowledged).toEqual(['stored', 'rejected', 'stored'])
    const topics = batch.map(({ topic }) => topic)
    const keys = topics.map((topic) => topic.split('/').at(-1))
    const observations = await pool.query(
      'select o.result from observation o join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id where t.key = any($1)',
      [keys],
    )
    const rejections = await pool.query('select from rejected_message where topic = any($1)', [topics])
    expect([observations.rowCount, rejections.rowCount]).toEqual([2, 1])
    const counts = ledger.read().get('native')
    expect(counts).toMatchObject({ received: 3, stored: 2, duplicate: 0, rejected: 1, inFlight: 0 })
    expect(counts && isBalanced(counts)).toBe(true)
    const { rows } = await pool.query('select stored, rejected, in_flight from ingest_ledger where run = $1', [
      ledger.run,
    ])
    expect(rows).toEqual([{ stored: 2, rejected: 1, in_flight: 0 }])
  },
)
