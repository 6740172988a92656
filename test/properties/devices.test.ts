import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteThings } from '#api/registry/delete-things.ts'
import { ignore, unignore } from '#api/registry/ignored.ts'
import { approve, replayApproved } from '#api/registry/pending.ts'
import { replay } from '#api/replay/replay.ts'
import { checkInvariants } from '#domain/invariants/invariants.ts'
import { createLog } from '#infra/runtime/log.ts'
import { Ledger } from '#ingest/commit/ledger.ts'
import { Writer } from '#ingest/commit/writer.ts'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import { IgnoreRules } from '#ingest/observe/ignore-rules.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { NO_RULES, type Rules } from '#ingest/registry/registry-rules.ts'
import { SYSTEM } from '#model/access/actor.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Whatever is published, ignored, approved, deleted and replayed, in any order, with and without approval of new devices: every
 * message that was published is stored once in the end, or was deleted with its Thing. The ledger balances after every step.
 */
const FROM_MS = Date.UTC(2026, 10, 1)
const DEVICES = ['a', 'b', 'c']
const TOPIC = 'city/air/c'

const device = fc.constantFrom(...DEVICES)
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      devices: fc.array(device, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('ignore' as const, 'unignore' as const, 'approve' as const, 'delete' as const),
      device,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('ignoreTopic' as const, 'unignoreTopic' as const, 'replay' as const),
    }),
  },
)

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())

/** A city in which every message is a batch of its own, and the registry is read anew for each. */
async function openCity(approval: boolean) {
  const { pool } = db
  await pool.query('delete from observation')
  await pool.query(`truncate latest_observation, rejected_message, ingest_ledger, thing, thing_device, datastream, ignored,
    pending_device, thing_deletion, deleted_thing_ledger, observation_adjustment restart identity cascade`)
  const ledger = new Ledger(['native'])
  const registry = new Registry({ approval })
  const writer = new Writer({
    ...{ pool, session: 'test', ledger, log: createLog('test', 'silent'), registry },
    ...{ onCommitted: () => {}, onRetry: () => {} },
  })
  let rules: Rules = NO_RULES
  const interpret = createInterpreter(
    { sources: [{ name: 'native', topic: 'city/+/+', format: 'native' }], timeZone: 'UTC' },
    ...([100_000, () => rules] as const),
  )
  const receive = async (topic: string, payload: Buffer): Promise<void> => {
    const { rows } = await pool.query<{ kind: 'device' | 'topic'; name: string }>('select kind, name from ignored')
    rules = { ...NO_RULES, ignored: new IgnoreRules(rows) }
    registry.clearCache()
    const message = interpret({
      ...{ topic, payload, fullBytes: payload.length, receivedAt: new Date(FROM_MS + 864e5) },
      ...{ qos: 1, dup: false, retain: false, messageId: undefined, acknowledge: () => {} },
    }) as IngestMessage
    ledger.countReceived(message.source)
    ledger.addInFlight(message)
    await writer.write([message])
  }
  const live = { subscribed: () => true, listen: () => () => {}, publish: receive }
  return { pool, receive, deps: { pool, live, clock: () => new Date() } }
}

type City = Awaited<ReturnType<typeof openCity>>

const stored = async ({ pool }: City, thing?: string): Promise<number[]> =>
  (
    await pool.query<{ minute: number }>(
      `select o.result::int as minute from observation o join datastream d on d.id = o.datastream_id
       join thing t on t.id = d.thing_id where $1::text is null or t.key = $1 order by 1`,
      [thing ?? null],
    )
  ).rows.map(({ minute }) => minute)

async function unignoreName({ pool }: City, name: string): Promise<void> {
  const { rows } = await pool.query<{ id: number }>('select id from ignored where name = $1', [name])
  if (rows[0]) await unignore(pool, SYSTEM, rows[0].id)
}

async function deleteThing(city: City, key: string, expected: Set<number>): Promise<void> {
  const { rows } = await city.pool.query<{ id: number; key: string }>('select id, key from thing where key = $1', [key])
  if (!rows[0]) return
  for (const minute of await stored(city, key)) expected.delete(minute)
  await deleteThings(city.pool, SYSTEM, rows, { ignoreDevices: false })
}

/** What was published and is not deleted, each with a minute of its own. */
type Published = { readonly minutes: Set<number>; last: number }

async function publish(city: City, published: Published, key: string): Promise<void> {
  published.last += 1
  published.minutes.add(published.last)
  const time = new Date(FROM_MS + published.last * 60_000).toISOString()
  await city.receive(`city/air/${key}`, Buffer.from(JSON.stringify({ time, pm2_5: published.last })))
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(city: City, published: Published, each: Step): Promise<void> {
  const { pool, deps } = city
  const name = 'device' in each ? `key/${each.device}` : TOPIC
  switch (each.kind) {
    case 'publish':
      for (const key of each.devices) await publish(city, published, key)
      return
    case 'ignore':
      await ignore(pool, SYSTEM, { devices: [name], things: [], topics: [], note: '' })
      return
    case 'ignoreTopic':
      await ignore(pool, SYSTEM, { devices: [], things: [], topics: [name], note: '' })
      return
    case 'unignore':
    case 'unignoreTopic':
      return unignoreName(city, name)
    case 'approve':
      await approve(pool, SYSTEM, { devices: [name] })
      await replayApproved(deps)
      return
    case 'delete':
      return deleteThing(city, each.device, published.minutes)
    case 'replay':
      await replay(deps, { reason: 'ignored' })
  }
}

/** Nothing is ignored any more, every device approved, and what was stored meanwhile is replayed. */
async function release(city: City): Promise<void> {
  const { pool, deps } = city
  for (const name of [TOPIC, ...DEVICES.map((key) => `key/${key}`)]) await unignoreName(city, name)
  await replay(deps, { reason: 'ignored' })
  for (let round = 0; round < 2; round += 1) {
    await approve(pool, SYSTEM, { topicPrefix: 'city/' })
    // of a device that was ignored while it waited, the messages are replayed by their reason
    await replay(deps, { reason: 'awaiting_approval' })
  }
}

test('every message is stored once in the end, or was deleted with its Thing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 5, maxLength: 25 }), async (approval, steps) => {
      const city = await openCity(approval)
      const published: Published = { minutes: new Set(), last: 0 }
      const failing = async () => (await checkInvariants(city.pool)).filter(({ holds }) => !holds)
      for (const each of steps) {
        await take(city, published, each)
        expect(await failing()).toEqual([])
      }
      await release(city)
      expect(await stored(city)).toEqual([...published.minutes].sort((a, b) => a - b))
      expect(await failing()).toEqual([])
    }),
    { seed: 117, numRuns: 12 },
  )
})
