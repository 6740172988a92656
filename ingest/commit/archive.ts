/** Messages as received, of archived sources: written in the transaction that stores them. */

import { hash } from 'node:crypto'
import { int8Array, timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import { isPersonal } from '../personal-data/is-personal.ts'

const INSERT = `
  insert into raw_message (keep_until, received_at, source, topic, payload, full_bytes, retained, digest)
  select * from unnest($1::timestamptz[], $2::timestamptz[], $3::text[], $4::text[], $5::bytea[], $6::bigint[], $7::boolean[], $8::bytea[])
  on conflict do nothing`

/**
 * @param firstArrivalMs the time a message was stored with, so that it has the same key when it is delivered or replayed
 * again
 */
export async function archiveMessages(
  db: Queryable,
  messages: readonly IngestMessage[],
  firstArrivalMs: (message: IngestMessage) => number,
): Promise<void> {
  const now = Date.now()
  const archived = messages
    .filter((message) => message.archiveDays !== undefined && !isPersonal(message))
    .map((message) => ({ message, at: firstArrivalMs(message) }))
    .map((each) => ({ ...each, until: each.at + (each.message.archiveDays ?? 0) * DAY_MS }))
    .filter(({ until }) => until > now)
  if (archived.length === 0) return
  await db.query({
    name: 'archive-messages',
    text: INSERT,
    values: [
      timestamptzArray(archived.map(({ until }) => until)),
      timestamptzArray(archived.map(({ at }) => at)),
      archived.map(({ message }) => message.source),
      archived.map(({ message }) => message.topic),
      archived.map(({ message }) => message.payload),
      int8Array(archived.map(({ message }) => BigInt(message.fullBytes))),
      archived.map(({ message }) => message.failure?.reason === 'retained_without_time'),
      archived.map(({ message }) => digestOf(message)),
    ],
  })
}

const digestOf = ({ topic, payload }: IngestMessage): Buffer =>
  Buffer.from(hash('md5', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'hex'), 'hex')
