import type { Queryable } from '#infra/db/pool.ts'
import type { ArchivedSources, ArchiveResponse } from '#model/api/ingest.ts'
import type { OriginalArrival } from '#model/mqtt/replay-topic.ts'
import { textOf } from './payload-text.ts'

export type ArchiveFilter = { source: string; topic?: string | undefined; from: Date; to: Date }

const SOURCES = `
  select source, count(*) as messages, sum(full_bytes) as bytes, min(received_at) as first, max(received_at) as last,
         max(keep_until) as until
  from raw_message group by source order by source`

/** Which sources have an archive, and of what time. */
export async function selectArchivedSources(db: Queryable): Promise<ArchivedSources['sources']> {
  type Row = { source: string; messages: number; bytes: number; first: Date; last: Date; until: Date }
  const { rows } = await db.query<Row>(SOURCES)
  return rows.map(({ first, last, until, ...row }) => ({
    ...row,
    first: first.toISOString(),
    last: last.toISOString(),
    keptUntil: until.toISOString(),
  }))
}

const WHERE = `source = $1 and received_at >= $2 and received_at < $3 and ($4::text is null or strpos(topic, $4) > 0)`
const valuesOf = ({ source, from, to, topic }: ArchiveFilter) => [source, from, to, topic ?? null]

const NEWEST = `
  select received_at, topic, payload, full_bytes from raw_message where ${WHERE} order by received_at desc, digest limit $5`

/** Messages as they came, newest first. */
export async function selectArchived(
  db: Queryable,
  filter: ArchiveFilter,
  limit: number,
): Promise<ArchiveResponse['messages']> {
  type Row = { received_at: Date; topic: string; payload: Buffer; full_bytes: number }
  const { rows } = await db.query<Row>({ text: NEWEST, values: [...valuesOf(filter), limit] })
  return rows.map((row) => ({
    receivedAt: row.received_at.toISOString(),
    topic: row.topic,
    bytes: row.full_bytes,
    text: textOf(row.payload),
    base64: row.payload.toString('base64'),
  }))
}

export type Archived = OriginalArrival & { payload: Buffer; truncated: boolean; digest: Buffer }

// A message may arrive twice in one instant, under two topics: the digest distinguishes them.
const PAGE = `
  select received_at as "receivedAt", topic, payload, retained, digest, octet_length(payload) < full_bytes as truncated
  from raw_message
  where ${WHERE} and ($5::timestamptz is null or (received_at, digest) > ($5, $6))
  order by received_at, digest
  limit $7`

/** A page of messages, oldest first, behind the last of the page before. */
export async function selectArchivedPage(
  db: Queryable,
  filter: ArchiveFilter,
  after: Archived | undefined,
  limit: number,
): Promise<Archived[]> {
  const values = [...valuesOf(filter), after?.receivedAt ?? null, after?.digest ?? null, limit]
  return (await db.query<Archived>({ text: PAGE, values })).rows
}
