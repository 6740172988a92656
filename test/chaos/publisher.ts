/** Numbered messages at a steady pace; a message counts as sent once the broker has acknowledged it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Queryable } from '#infra/db/pool.ts'

const THINGS = 50
const TICK_MS = 20

export type Publisher = {
  /** stops sending and waits until the broker has acknowledged everything; the number of messages sent so far */
  pause(): Promise<number>
  resume(): void
  close(): Promise<void>
}

/** @param baseMs phenomenon time of message 0; message i has a millisecond of its own */
export async function startPublisher(
  mqttUrl: string,
  { rate, baseMs }: { rate: number; baseMs: number },
): Promise<Publisher> {
  const client = await connectAsync(mqttUrl, { clientId: 'chaos', clean: false, reconnectPeriod: 100 })
  client.on('error', () => {})
  const pending = new Set<Promise<void>>()
  let next = 0
  let isPaused = false
  let isClosed = false
  const perTick = Math.max(1, Math.round((rate * TICK_MS) / 1000))
  const run = async (): Promise<void> => {
    while (!isClosed) {
      // Bounded: while the broker is down, nothing piles up in this process.
      for (let n = 0; n < perTick && !isPaused && pending.size < 2_000; n += 1, next += 1) {
        const sent = publishUntilAcknowledged(client, next, baseMs).finally(() => pending.delete(sent))
        pending.add(sent)
      }
      await sleep(TICK_MS)
    }
  }
  const running = run()
  return {
    pause: async () => {
      isPaused = true
      await Promise.all(pending)
      return next
    },
    resume: () => {
      isPaused = false
    },
    close: async () => {
      isClosed = true
      await running
      await client.endAsync(true)
    },
  }
}

/** The client repeats what was in flight when a connection broke; what it gave up is published once more. */
async function publishUntilAcknowledged(client: MqttClient, i: number, baseMs: number): Promise<void> {
  const payload = JSON.stringify({ time: new Date(baseMs + i).toISOString(), pm2_5: i % 500, temperature: i % 40 })
  const acknowledged = () =>
    client.publishAsync(`city/air/s${i % THINGS}`, payload, { qos: 1 }).then(Boolean, () => false)
  while (!(await acknowledged())) await sleep(50)
}

/** Observations that message i must have left, and all rows: 2n and 2n when each of n messages was stored exactly once. */
export async function countStored(db: Queryable, baseMs: number): Promise<{ expected: number; rows: number }> {
  const number = `(round(extract(epoch from o.phenomenon_time) * 1000)::bigint - ${baseMs})`
  const { rows } = await db.query<{ expected: number; rows: number }>(`
    select count(*) as rows, count(*) filter (where t.key = 's' || ${number} % ${THINGS}
      and o.result = case d.property when 'pm2_5' then ${number} % 500 when 'temperature' then ${number} % 40 end) as expected
    from observation o join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id`)
  return rows[0] ?? { expected: 0, rows: 0 }
}

export async function countUnbalanced(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    'select from ingest_ledger where received <> stored + duplicate + rejected + in_flight',
  )
  return rowCount ?? 0
}
