/** Messages whose every observation can be recognised in the database: what was published, exactly once, is checkable. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Queryable } from '#infra/db/pool.ts'

const THINGS = 50
const BASE_MS = Date.now() - 3_600_000

/** Message i: two values of Thing i mod 50, at a millisecond of its own. */
const topicOf = (i: number): string => `city/air/s${i % THINGS}`
const payloadOf = (i: number): string =>
  JSON.stringify({ time: new Date(BASE_MS + i).toISOString(), pm2_5: i % 500, temperature: i % 40 })

export type Load = {
  /** messages that the broker has acknowledged to the publisher: it owns them */
  readonly acknowledged: () => number
  /** stops when `most` were sent or `stop` was called; resolves with the number of messages that the broker owns */
  readonly done: Promise<number>
  stop(): void
}

/** Publishes at QoS 1, `rate` messages a second, again and again over broker restarts until each is acknowledged. */
export function publishLoad(url: string, { rate, most }: { rate: number; most: number }): Load {
  let stopped = false
  let acknowledged = 0
  const run = async (): Promise<number> => {
    const client = await connectAsync(url, { clientId: 'load', clean: false, reconnectPeriod: 50 })
    client.on('error', () => {})
    const sent: Promise<unknown>[] = []
    const perTick = Math.max(1, Math.round(rate / 50))
    let i = 0
    while (!stopped && i < most) {
      for (let n = 0; n < perTick && i < most; n += 1, i += 1)
        sent.push(publishUntilAcknowledged(client, i).then(() => (acknowledged += 1)))
      await sleep(20)
    }
    await Promise.all(sent)
    await client.endAsync()
    return i
  }
  return { acknowledged: () => acknowledged, done: run(), stop: () => (stopped = true) }
}

/** The client sends again from its own store after a lost connection; one that is lost meanwhile it gives up, and we do not. */
async function publishUntilAcknowledged(client: MqttClient, i: number): Promise<void> {
  const acknowledged = () => client.publishAsync(topicOf(i), payloadOf(i), { qos: 1 }).then(Boolean, () => false)
  while (!(await acknowledged())) await sleep(50)
}

/** One Thing, one value a message, as fast as the broker takes them; resolves with what the broker owns. */
export async function publishFlood(url: string, most: number): Promise<number> {
  const client = await connectAsync(url, { clientId: 'flood' })
  const atOnce = 1_000
  for (let from = 0; from < most; from += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, most - from) }, (_, i) =>
        client.publishAsync(
          'city/air/flood',
          JSON.stringify({ time: new Date(BASE_MS - from - i).toISOString(), no2: 7 }),
          { qos: 1 },
        ),
      ),
    )
  await client.endAsync()
  return most
}

/** Messages of which both values are there, and values in all: n and 2n when each came exactly once. */
export async function countStored(db: Queryable): Promise<{ messages: number; values: number }> {
  const { rows } = await db.query<{ messages: number; values: number }>(`
    select count(distinct phenomenon_time) as messages, count(*) as values
    from observation o join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id
    where t.key <> 'flood' and o.result = case d.property
      when 'pm2_5' then (round(extract(epoch from o.phenomenon_time) * 1000)::bigint - ${BASE_MS}) % 500
      else (round(extract(epoch from o.phenomenon_time) * 1000)::bigint - ${BASE_MS}) % 40 end
      and t.key = 's' || (round(extract(epoch from o.phenomenon_time) * 1000)::bigint - ${BASE_MS}) % ${THINGS}`)
  return rows[0] ?? { messages: 0, values: 0 }
}

/** Rows of observation without any condition: more than counted above would be something nobody published. */
export async function countRows(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*) as n from observation')
  return rows[0]?.n ?? 0
}
