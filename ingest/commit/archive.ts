/** Messages as they came, of sources that are archived: written in the transaction that stores them. */
import { hash } from 'node:crypto'
import { int8Array, timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { IngestMessage } from '../message/ingest-message.ts'

const DAY_MS = 86_400_000

const KEEP = `
  insert into raw_message (keep_until, received_at, source, topic, payload, full_bytes, retained, digest)
  select * from unnest($1::timestamptz[], $2::timestamptz[], $3::text[], $4::text[], $5::bytea[], $6::bigint[], $7::boolean[], $8::bytea[])
  on conflict do nothing`

/**
 * @param arrivalOf milliseconds; the time a message was stored with, so that one which is delivered or replayed once more
 * has the key it had
 */
export async function archiveMessages(
  db: Queryable,
  messages: readonly IngestMessage[],
  arrivalOf: (message: IngestMessage) => number,
): Promise<void> {
  const now = Date.now()
  const kept = messages
    .filter((message) => message.archiveDays !== undefined && !isAboutPersons(message))
    .map((message) => ({ message, at: arrivalOf(message) }))
    .map((each) => ({ ...each, until: each.at + (each.message.archiveDays ?? 0) * DAY_MS }))
    .filter(({ until }) => until > now)
  if (kept.length === 0) return
  await db.query({
    name: 'archive-messages',
    text: KEEP,
    values: [
      timestamptzArray(kept.map(({ until }) => until)),
      timestamptzArray(kept.map(({ at }) => at)),
      kept.map(({ message }) => message.source),
      kept.map(({ message }) => message.topic),
      kept.map(({ message }) => message.payload),
      int8Array(kept.map(({ message }) => BigInt(message.fullBytes))),
      kept.map(({ message }) => message.failure?.reason === 'retained_without_time'),
      kept.map(({ message }) => digestOf(message)),
    ],
  })
}

const isAboutPersons = ({ failure, problems }: IngestMessage): boolean =>
  failure?.reason === 'personal_data' || problems.some(({ reason }) => reason === 'personal_data')

const digestOf = ({ topic, payload }: IngestMessage): Buffer =>
  Buffer.from(hash('md5', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'hex'), 'hex')
