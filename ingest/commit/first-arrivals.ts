/**
 * The first arrival of messages without a time of their own, over the death of a worker. `receive/arrivals.ts` remembers
 * what this process has received; this remembers, in the transaction of the batch, what was committed. A message that
 * was committed but not acknowledged comes again to whoever takes the place of the worker (the same session), flagged
 * as a repetition and with the identifier it had [MQTT-4.4.0-1]: it then gets its first time of arrival, and with it
 * the key of what is stored.
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

const REMEMBER = `
  insert into first_arrival as a (session, message_id, digest, received_at)
  select $1, * from unnest($2::int[], $3::bytea[], $4::timestamptz[])
  on conflict (session, message_id) do update set digest = excluded.digest, received_at = excluded.received_at
  where (a.digest, a.received_at) is distinct from (excluded.digest, excluded.received_at)`

/** Gives repeated messages the time they came first, if that was committed. Call it before anything looks at the times. */
export async function recallArrivals(
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

/** Remembers when these messages came, in the transaction that stores them. */
export async function rememberArrivals(
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
    text: REMEMBER,
    values: [session, idsOf(distinct), distinct.map(digestOf), timestamptzArray(distinct.map(arrivalOf))],
  })
}

const isTimedByArrival = ({ messageId, samples }: IngestMessage): boolean =>
  messageId !== undefined && samples.some((sample) => sample.reasons & REASONS.time_of_arrival)

/** When a message came first, in milliseconds: for a repeated one that is earlier than its own arrival. */
export function arrivalOf({ samples, receivedAt }: IngestMessage): number {
  const sample = samples.find(({ reasons }) => reasons & REASONS.time_of_arrival)
  return (sample?.phenomenonTime ?? receivedAt).getTime()
}

const idsOf = (messages: readonly IngestMessage[]): Buffer =>
  int4Array(messages.map((message) => message.messageId ?? 0))

const digestOf = ({ topic, payload }: IngestMessage): Buffer =>
  Buffer.from(hash('sha256', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'hex'), 'hex').subarray(0, 16)
