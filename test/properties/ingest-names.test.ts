/**
 * Whatever text a message holds, wherever it holds it: it is stored or rejected, sent again it changes nothing, and what
 * the database holds is what the worker looks for.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '#infra/runtime/log.ts'
import { isBalanced, Ledger } from '#ingest/commit/ledger.ts'
import { Writer } from '#ingest/commit/writer.ts'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const hostileText = fc.oneof(
  fc.constantFrom('\ud800', '\udfff', '\0', '\u001f', '\ufeff', '\u202e', '__proto__', "'; drop table thing; --", ''),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.integer({ min: 100, max: 4_000 }).map((length) => 'ä'.repeat(length)),
)
const hostileName = fc.tuple(fc.string({ maxLength: 5 }), hostileText).map(([start, end]) => `${start}${end}`)
const message = fc.record({
  topic: fc.oneof(
    hostileName.map((name) => `city/air/${name}`),
    hostileName.map((name) => `tele/${name}/SENSOR`),
    hostileName.map((name) => `spBv1.0/${name}/DDATA/n/d`),
    hostileName.map((name) => `homeassistant/sensor/${name}/config`),
  ),
  json: fc.oneof(
    fc.record({ pm2_5: fc.integer({ min: 1, max: 99 }), channel: hostileName }),
    fc.record({ temperature: fc.integer({ min: 1, max: 30 }), units: fc.record({ temperature: hostileName }) }),
    fc.tuple(hostileName, hostileName).map(([key, unit]) => ({ [key]: 5, [unit]: { [key]: 'x', Temperature: 7 } })),
    fc.record({ state_topic: hostileName, unique_id: hostileName, name: hostileName, device_class: hostileName }),
  ),
})

test('no text stops a writer', async () => {
  const { pool } = database
  const ledger = new Ledger(['all'])
  const log = createLog('test', 'silent')
  let retries = 0
  const writer = new Writer({
    ...{ pool, ledger, log, session: 'test', registry: new Registry() },
    onCommitted: () => {},
    onRetry: () => {
      retries += 1
    },
  })
  const understand = createInterpreter({ sources: [{ name: 'all', topic: '#' }], timeZone: 'UTC' }, 1_000_000)
  const batchOf = (list: readonly { topic: string; json: unknown }[]): IngestMessage[] =>
    list.flatMap(({ topic, json }) => {
      const payload = Buffer.from(JSON.stringify(json))
      const understood = understand({
        // a topic comes off the wire as UTF-8
        ...{ topic: Buffer.from(topic).toString(), payload, fullBytes: payload.length, messageId: undefined, qos: 1 },
        ...{ dup: false, retain: false, receivedAt: new Date('2026-05-31T12:00:00Z'), acknowledge: () => {} },
      })
      if (understood === 'own message') return []
      ledger.countReceived(understood.source)
      ledger.addInFlight(understood)
      return [understood]
    })
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 40 }), async (list) => {
      await writer.write(batchOf(list))
      const before = (await pool.query<{ n: number }>('select count(*) as n from datastream')).rows[0]?.n
      await writer.write(batchOf(list))
      const after = (await pool.query<{ n: number }>('select count(*) as n from datastream')).rows[0]?.n
      expect(after).toBe(before)
    }),
    { seed: 9, numRuns: 12 },
  )
  expect(retries).toBe(0)
  const refused = await pool.query("select topic, detail from rejected_message where reason = 'store_failed'")
  expect(refused.rows).toEqual([])
  for (const counts of ledger.read().values()) {
    expect(isBalanced(counts)).toBe(true)
    expect(counts.inFlight).toBe(0)
  }
})
