/**
 * A connection that is lost during COMMIT: was the batch committed? Its transaction id alone cannot say. PostgreSQL does not flush
 * the assignment of an id, so that after a crash it may give the same id to another transaction, which commits, or is under way.
 */
import type { QueryResult } from 'pg'
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
type Fate = 'committed' | 'rolled back' | 'id used again' | 'id under way' | 'cut off'

const textOf = (query: unknown): string => (typeof query === 'string' ? query : (query as { text: string }).text)

/** How the server ends the transaction, of which the client learns nothing. */
const ENDS: Record<Fate, readonly string[]> = {
  committed: ['commit'],
  'rolled back': ['rollback'],
  'id used again': ['rollback to savepoint crash', 'commit'],
  'id under way': ['rollback'],
  'cut off': [],
}

/** @param idUnderWay of a transaction that does not end */
function losingCommits(pool: Pool, fate: Fate, idUnderWay?: string): { pool: Pool; lost: () => number } {
  let count = 0
  const losing = (client: PoolClient): PoolClient => {
    let step: 'open' | 'written' | 'lost' = 'open'
    const loseCommit = async (): Promise<never> => {
      step = 'lost'
      count += 1
      for (const end of ENDS[fate]) await client.query(end)
      throw lost()
    }
    const afterQuery = async (text: string, row: object | undefined): Promise<void> => {
      // what is after it can vanish while the transaction, and its id, commit: as if another one had got the id
      if (text.startsWith('begin')) await client.query('savepoint crash')
      if (!text.includes('into ingest_ledger') || count > 0) return
      step = 'written'
      if (row && idUnderWay !== undefined) Object.assign(row, { id: idUnderWay })
    }
    const query = async (...args: Parameters<PoolClient['query']>): Promise<unknown> => {
      const text = textOf(args[0])
      if (text === 'commit' && step === 'written') return loseCommit()
      if (step === 'lost' && fate === 'cut off') throw lost()
      const answer = (await client.query(...args)) as unknown as QueryResult<object>
      await afterQuery(text, answer.rows?.[0])
      return answer
    }
    // a connection that is cut off stays open at the server
    const release = (error?: Error): void => {
      if (step === 'lost' && fate === 'cut off') cutOff.push(client)
      else client.release(error)
    }
    return { query, release } as unknown as PoolClient
  }
  return {
    pool: {
      query: (...args: Parameters<Pool['query']>) => pool.query(...args),
      connect: async () => losing(await pool.connect()),
    } as unknown as Pool,
    lost: () => count,
  }
}

const cutOff: PoolClient[] = []
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
  (fate) => expectStoredOnce(fate),
)

/** The embedded database has one session, so that no other transaction is ever under way. */
const onServer = test.skipIf(!process.env['DATABASE_URL'])

onServer(
  'after a crash the id may be that of a transaction that waits for this batch: nobody waits for it',
  async () => {
    const other = await database.pool.connect()
    try {
      await other.query('begin')
      const { rows } = await other.query<{ id: string }>('select pg_current_xact_id()::text as id')
      const startMs = performance.now()
      await expectStoredOnce('id under way', rows[0]?.id)
      expect(performance.now() - startMs).toBeLessThan(4_000)
      await other.query('select 1') // its session was not ended
    } finally {
      await other.query('rollback')
      other.release()
    }
  },
)

onServer('a transaction whose session was cut off, and does not end by itself, is ended', async () => {
  await expectStoredOnce('cut off')
  for (const client of cutOff.splice(0)) client.release(true)
})

async function expectStoredOnce(fate: Fate, idUnderWay?: string): Promise<void> {
  const { pool } = database
  const ledger = new Ledger(['native'])
  const losing = losingCommits(pool, fate, idUnderWay)
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
}
