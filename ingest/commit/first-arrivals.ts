/**
 * The time of first arrival of messages without a time of their own, over a restart of the worker.
 * `receive/arrivals.ts` knows what this process received; this table records, in the transaction of the batch, what was
 * committed. A message that was committed but not acknowledged is delivered again to the worker that takes over the
 * session, with the DUP flag and the same identifier [MQTT-4.4.0-1]. It then gets its first time of arrival, and with it
 * the key under which it is stored.
 */
import { hash } from 'node:crypto'
import { int4Array, timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { IngestMessage } from '../message/ingest-message.ts'

const FIND = `
  select i.ord::int as ord, a.received_at as "receivedAt"
  from unnest($2::int[], $3::bytea[]) with ordinality as i (message_id, digest, ord)
  join first_arrival a on a.session = $1 and a.message_id = i.message_id and a.digest = i.digest`

const SAVE = `
  insert into first_arrival as a (session, message_id, digest, received_at)
  select $1, * from unnest($2::int[], $3::bytea[], $4::timestamptz[])
  on conflict (session, message_id) do update set digest = excluded.digest, received_at = excluded.received_at
  where (a.digest, a.received_at) is distinct from (excluded.digest, excluded.received_at)`

/** Sets the time of redelivered messages to their first arrival, if that was committed. Call before times are used. */
export async function restoreFirstArrivals(
  db: Queryable,
  session: string,
  messages: readonly IngestMessage[],
): Promise<void> {
  const repeated = messages.filter((message) => message.dup && isTimedByArrival(message))
  if (repeated.length === 0) return
  const { rows } = await db.query<{ ord: number; receivedAt: Date }>({
    name: 'recall-arrivals',
    text: FIND,
    values: [session, idsOf(repeated), repeated.map(digestOf)],
  })
  for (const { ord, receivedAt } of rows)
    for (const sample of repeated[ord - 1]?.samples ?? [])
      if (sample.reasons & REASONS.time_of_arrival) sample.phenomenonTime = receivedAt
}

/** Records the arrival of these messages, in the transaction that stores them. */
export async function saveFirstArrivals(
  db: Queryable,
  session: string,
  messages: readonly IngestMessage[],
): Promise<void> {
  const byId = new Map<number, IngestMessage>()
  for (const message of messages)
    if (message.messageId !== undefined && isTimedByArrival(message)) byId.set(message.messageId, message)
  if (byId.size === 0) return
  const distinct = [...byId.values()].sort((a, b) => (a.messageId ?? 0) - (b.messageId ?? 0))
  await db.query({
    name: 'remember-arrivals',
    text: SAVE,
    values: [session, idsOf(distinct), distinct.map(digestOf), timestamptzArray(distinct.map(firstArrivalMs))],
  })
}

const isTimedByArrival = ({ messageId, samples }: IngestMessage): boolean =>
  messageId !== undefined && samples.some((sample) => sample.reasons & REASONS.time_of_arrival)

/** Time of first arrival in milliseconds: for a redelivered message earlier than `receivedAt`. */
export function firstArrivalMs({ samples, receivedAt }: IngestMessage): number {
  const sample = samples.find(({ reasons }) => reasons & REASONS.time_of_arrival)
  return (sample?.phenomenonTime ?? receivedAt).getTime()
}

const idsOf = (messages: readonly IngestMessage[]): Buffer =>
  int4Array(messages.map((message) => message.messageId ?? 0))

const digestOf = ({ topic, payload }: IngestMessage): Buffer =>
  Buffer.from(hash('sha256', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'hex'), 'hex').subarray(0, 16)
