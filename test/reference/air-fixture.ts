/** The way of a message from its payload to the database, without a broker in between: decode, normalise, judge, store. */
import type { Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { Ledger } from '#ingest/commit/ledger.ts'
import { Writer } from '#ingest/commit/writer.ts'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import { Registry } from '#ingest/registry/registry.ts'

const PACK = { timeZone: 'Europe/Lisbon', sources: [{ name: 'native', topic: 'city/#' }] }

export type Message = { readonly topic: string; readonly payload: unknown; readonly receivedAt: Date }

/** Returns what hands over messages in order, as one worker with a memory of its own. */
export function openIngest(pool: Pool): (messages: readonly Message[]) => Promise<void> {
  const ledger = new Ledger(['native', 'import', 'import-history', '(none)'])
  const log = createLog('test', 'silent')
  const writer = new Writer({
    ...{ pool, ledger, log, session: 'test' },
    registry: new Registry(),
    onCommitted: () => {},
    onRetry: () => {},
  })
  const understand = createInterpreter(PACK, 1_000_000)
  return async (messages) => {
    const understood = messages.map(({ topic, payload, receivedAt }) => {
      const bytes = Buffer.from(JSON.stringify(payload))
      const packet = { topic, payload: bytes, fullBytes: bytes.length, receivedAt, acknowledge: () => {} }
      const message = understand({ ...packet, messageId: 1, qos: 1, dup: false, retain: false })
      if (message === 'own message') throw new Error(`${topic} is not a topic of a device`)
      ledger.countReceived(message.source)
      ledger.addInFlight(message)
      return message
    })
    await writer.write(understood)
  }
}

/** A Thing in the registry before it reports, with a grade and attributes. */
export async function register(
  pool: Pool,
  key: string,
  grade: string,
  { zone = 'west', attributes = {} as Record<string, string> } = {},
): Promise<void> {
  await pool.query(
    `with t as (
       insert into thing (key, name, domain, kind, grade, zone_id, attributes, verified)
       values ($1, $1, 'air', 'air_station', $2, (select id from zone where key = $3), $4, true) returning id
     )
     insert into thing_device (device, thing_id) select 'key/' || $1, id from t`,
    [key, grade, zone, attributes],
  )
}
