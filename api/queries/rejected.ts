import type { Queryable } from '#infra/db/pool.ts'
import type { RejectedResponse } from '#model/api/ingest.ts'
import type { OriginalArrival } from '#model/mqtt/replay-topic.ts'
import { filterPattern } from '#model/mqtt/topic-filters.ts'
import { textOf } from './payload-text.ts'

export type RejectedFilter = {
  reason?: string | undefined
  source?: string | undefined
  /** an unmapped field it holds: full path or last part */
  field?: string | undefined
  /** part of the topic */
  topic?: string | undefined
  /** MQTT topic filter */
  topicFilter?: string | undefined
  /** of the arrival */
  from?: Date | undefined
  to?: Date | undefined
  replayed?: boolean | undefined
  /** exactly this detail */
  detail?: string | undefined
  /** devices because of which it was rejected: any of these */
  devices?: readonly string[] | undefined
}
type Row = {
  id: number
  received_at: Date
  source: string
  topic: string
  payload: Buffer | null
  stored_bytes: number
  reason: string
  detail: string
  partial: boolean
  full_bytes: number
  fields: string[]
  replayed_at: Date | null
}
type Message = RejectedResponse['messages'][number]

const WHERE = `
  ($1::text is null or reason = $1) and ($2::text is null or source = $2) and ($3::text is null or fields @> array[$3])
  and ($4::text is null or strpos(topic, $4) > 0)
  and ($5::timestamptz is null or received_at >= $5) and ($6::timestamptz is null or received_at < $6)
  and ($7::boolean is null or (replayed_at is not null) = $7)
  and ($8::text[] is null or devices <> '{}' and devices && $8)
  and ($9::text is null or detail = $9)
  and ($10::text is null or starts_with(topic, $11) and topic ~ $10)`
const valuesOf = ({ reason, source, field, topic, from, to, replayed, devices, detail, ...rest }: RejectedFilter) => [
  ...[reason ?? null, source ?? null, field ?? null, topic ?? null],
  ...[from ?? null, to ?? null, replayed ?? null, devices ?? null, detail ?? null],
  ...patternOf(rest.topicFilter),
]
function patternOf(topicFilter: string | undefined): (string | null)[] {
  if (topicFilter === undefined) return [null, null]
  const { pattern, start } = filterPattern(topicFilter)
  return [pattern, start]
}
const PAGE = `
  select id, received_at, source, topic, null::bytea as payload, octet_length(payload) as stored_bytes, reason, detail, partial,
         full_bytes, fields, replayed_at
  from rejected_message
  where ${WHERE} and ($12::bigint is null or id < $12)
  order by id desc
  limit $13`
const PAYLOADS = 'select id, payload from rejected_message where id = any($1::bigint[])'
/** Payload bytes of one page: a message is at most 1 MiB, so there is always one in it. */
const MAX_PAGE_BYTES = 1_500_000

type RejectedPage = { readonly messages: Message[]; readonly next: number | null }

/**
 * A page of rejected messages, newest first; `before` is the id that ended the page before. Payloads are read only when
 * requested, and a page ends early where they would exceed MAX_PAGE_BYTES.
 */
export async function selectRejected(
  db: Queryable,
  filter: RejectedFilter,
  page: { before: number | null; limit: number; withPayload: boolean },
): Promise<RejectedPage> {
  const { rows } = await db.query<Row>({ text: PAGE, values: [...valuesOf(filter), page.before, page.limit + 1] })
  let shown = rows.slice(0, page.limit)
  if (page.withPayload) shown = await withPayloads(db, withinBytes(shown))
  const last = shown.at(-1)
  return { messages: shown.map(messageOf), next: rows.length > shown.length && last ? last.id : null }
}

function withinBytes(rows: readonly Row[]): Row[] {
  let bytes = 0
  return rows.filter(({ stored_bytes }, index) => {
    bytes += stored_bytes
    return index === 0 || bytes <= MAX_PAGE_BYTES
  })
}

async function withPayloads(db: Queryable, rows: readonly Row[]): Promise<Row[]> {
  const found = await db.query<{ id: number; payload: Buffer }>(PAYLOADS, [rows.map(({ id }) => id)])
  const payloads = new Map(found.rows.map(({ id, payload }) => [id, payload]))
  return rows.map((row) => ({ ...row, payload: payloads.get(row.id) ?? null }))
}

const messageOf = (row: Row): Message => ({
  id: String(row.id),
  receivedAt: row.received_at.toISOString(),
  source: row.source,
  topic: row.topic,
  reason: row.reason,
  detail: row.detail,
  partial: row.partial,
  bytes: row.full_bytes,
  fields: row.fields,
  text: row.payload && textOf(row.payload),
  base64: row.payload?.toString('base64') ?? null,
  replayedAt: row.replayed_at?.toISOString() ?? null,
})

const REASONS = `select reason, count(*) as n from rejected_message where ${WHERE} group by reason order by n desc, reason`

/** How many messages were rejected for each reason. */
export async function selectReasons(db: Queryable, filter: RejectedFilter): Promise<RejectedResponse['reasons']> {
  return (await db.query<{ reason: string; n: number }>({ text: REASONS, values: valuesOf(filter) })).rows
}

export type Replayable = OriginalArrival & { id: number; payload: Buffer; truncated: boolean }
export type ReplayFilter = RejectedFilter & { ids?: readonly number[] | undefined }

// Asked for by id, a message may be replayed again; by filter, only what was not replayed yet.
const REPLAYABLE = `
  select id, topic, payload, received_at as "receivedAt", reason = 'retained_without_time' as retained,
         octet_length(payload) < full_bytes as truncated
  from rejected_message
  where ${WHERE} and ($12::bigint[] is null or id = any($12)) and ($12::bigint[] is not null or replayed_at is null)
    and id > $13 and id <= $14
  order by id
  limit $15`

export type ReplayPage = { after: number; upTo: number; limit: number }

/** Messages to replay, oldest first, in pages: only one page is in memory. */
export async function selectReplayable(db: Queryable, filter: ReplayFilter, page: ReplayPage): Promise<Replayable[]> {
  const values = [...valuesOf(filter), filter.ids ?? null, page.after, page.upTo, page.limit]
  return (await db.query<Replayable>({ text: REPLAYABLE, values })).rows
}

/** The latest rejected message now: what a replay adds after it is not replayed by the same request. */
export async function selectNewestRejected(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ id: number }>('select coalesce(max(id), 0) as id from rejected_message')
  return rows[0]?.id ?? 0
}

export async function markReplayed(db: Queryable, ids: readonly number[], at: Date): Promise<void> {
  await db.query('update rejected_message set replayed_at = $2 where id = any($1::bigint[])', [ids, at])
}
