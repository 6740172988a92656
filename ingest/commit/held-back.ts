/**
 * Messages of ignored devices and topics, and of devices that wait for approval: counted, and stored as rejected within limits
 * in bytes. Beyond them a message is only counted, in the ledger and here.
 */
import type { Queryable } from '#infra/db/pool.ts'
import type { IngestMessage } from '../message/ingest-message.ts'

/** Bytes of messages stored for one device or topic. */
const MAX_BYTES_EACH = 16 * 1024 * 1024
/** Bytes of messages stored for all devices that wait for approval. */
const MAX_PENDING_BYTES = 1024 * 1024 * 1024
/** Bytes of messages stored for all ignored devices and topics. */
const MAX_IGNORED_BYTES = 256 * 1024 * 1024
/** Of a message besides topic and payload. */
const OVERHEAD_BYTES = 200
const MAX_PROPERTIES = 20

type Kind = 'pending' | 'device' | 'topic'
type Entry = {
  readonly kind: Kind
  readonly name: string
  messages: number
  stored: number
  bytes: number
  first: Date
  last: Date
  topic: string
  client: string
  domain: string
  readonly properties: Set<string>
}
/** Bytes that are stored: of the entries that are asked for, and of all of each kind. */
type Stored = { readonly byEntry: ReadonlyMap<string, number>; readonly total: Record<Kind, number> }

const keyOf = (kind: Kind, name: string): string => `${kind} ${name}`

/** The device or topic to which a held-back message is attributed, and whether nothing else in it is to be stored. */
function ownersOf({ failure, ignoredBy, problems, samples, isDescription }: IngestMessage) {
  if (failure?.reason === 'ignored' && ignoredBy !== undefined)
    return { owners: [keyOf('topic', ignoredBy)], isAll: true }
  const owners = new Set<string>()
  let isAll = failure === undefined && samples.length === 0 && !isDescription
  for (const { reason, device } of problems) {
    const kind = reason === 'awaiting_approval' ? 'pending' : reason === 'ignored' ? 'device' : undefined
    if (kind && device !== undefined) owners.add(keyOf(kind, device))
    else isAll = false
  }
  return { owners: [...owners], isAll }
}

/**
 * Counts them in the transaction of their batch. Workers that write at the same moment may exceed a limit by a batch each.
 * @returns the messages that are not stored
 */
export async function countHeldBack(
  db: Queryable,
  messages: readonly IngestMessage[],
  clientOf: (topic: string) => string,
): Promise<ReadonlySet<IngestMessage>> {
  const omitted = new Set<IngestMessage>()
  const held = messages.map((message) => ({ message, ...ownersOf(message) })).filter(({ owners }) => owners.length > 0)
  if (held.length === 0) return omitted
  const entries = new Map<string, Entry>()
  const stored = await selectStored(db, [...new Set(held.flatMap(({ owners }) => owners))])
  for (const { message, owners, isAll } of held) {
    const bytes = Buffer.byteLength(message.topic) + message.payload.length + OVERHEAD_BYTES
    const [first = ''] = owners
    for (const owner of owners) note(entries, owner, message, clientOf)
    const entry = entries.get(first)
    if (!entry) continue
    if (isAll && !fits(entry, bytes, stored, entries)) {
      omitted.add(message)
      continue
    }
    entry.stored += 1
    entry.bytes += bytes
  }
  await save(db, [...entries.values()])
  return omitted
}

function note(
  entries: Map<string, Entry>,
  owner: string,
  message: IngestMessage,
  clientOf: (topic: string) => string,
): void {
  const at = owner.indexOf(' ')
  const name = owner.slice(at + 1)
  const { receivedAt, topic, pending = [] } = message
  let entry = entries.get(owner)
  if (!entry) {
    const counts = {
      messages: 0,
      stored: 0,
      bytes: 0,
      first: receivedAt,
      last: receivedAt,
      properties: new Set<string>(),
    }
    entry = { kind: owner.slice(0, at) as Kind, name, ...counts, topic, client: clientOf(topic), domain: '' }
    entries.set(owner, entry)
  }
  entry.messages += 1
  if (receivedAt < entry.first) entry.first = receivedAt
  if (receivedAt >= entry.last) Object.assign(entry, { last: receivedAt, topic, client: clientOf(topic) })
  for (const { device, property, domain } of pending) {
    if (device !== name) continue
    entry.domain ||= domain
    if (entry.properties.size < MAX_PROPERTIES) entry.properties.add(property)
  }
}

function fits(entry: Entry, bytes: number, { byEntry, total }: Stored, entries: ReadonlyMap<string, Entry>): boolean {
  const each = (byEntry.get(keyOf(entry.kind, entry.name)) ?? 0) + entry.bytes + bytes
  const isPending = entry.kind === 'pending'
  let all = isPending ? total.pending : total.device + total.topic
  for (const other of entries.values()) if ((other.kind === 'pending') === isPending) all += other.bytes
  return each <= MAX_BYTES_EACH && all + bytes <= (isPending ? MAX_PENDING_BYTES : MAX_IGNORED_BYTES)
}

const STORED = `
  with every as (
    select 'pending' as kind, device as name, bytes from pending_device
    union all select kind, name, bytes from ignored
  )
  select kind, '' as name, sum(bytes)::bigint as bytes, true as total from every group by kind
  union all
  select kind, name, bytes, false from every where kind || ' ' || name = any($1::text[])`

async function selectStored(db: Queryable, keys: readonly string[]): Promise<Stored> {
  const { rows } = await db.query<{ kind: Kind; name: string; bytes: number; total: boolean }>({
    name: 'held-back-stored',
    text: STORED,
    values: [keys],
  })
  const total = { pending: 0, device: 0, topic: 0 }
  for (const row of rows) if (row.total) total[row.kind] = row.bytes
  return {
    total,
    byEntry: new Map(rows.filter((row) => !row.total).map(({ kind, name, bytes }) => [keyOf(kind, name), bytes])),
  }
}

const PENDING = `
  insert into pending_device as p (device, domain, topic, client, properties, first_seen, last_seen, messages, stored, bytes)
  select name, domain, topic, client, properties, first, last, messages, stored, bytes
  from jsonb_to_recordset($1::jsonb) as n (name text, domain text, topic text, client text, properties text[],
    first timestamptz, last timestamptz, messages bigint, stored bigint, bytes bigint)
  order by name
  on conflict (device) do update set
    domain = coalesce(nullif(excluded.domain, ''), p.domain), topic = excluded.topic, client = excluded.client,
    properties = array(select distinct e from unnest(p.properties || excluded.properties) as e order by e limit ${MAX_PROPERTIES}),
    first_seen = least(p.first_seen, excluded.first_seen), last_seen = greatest(p.last_seen, excluded.last_seen),
    messages = p.messages + excluded.messages, stored = p.stored + excluded.stored, bytes = p.bytes + excluded.bytes`

const IGNORED = `
  update ignored i
  set messages = i.messages + n.messages, stored = i.stored + n.stored, bytes = i.bytes + n.bytes,
      last_seen = greatest(i.last_seen, n.last)
  from (
    select i.id, n.* from jsonb_to_recordset($1::jsonb)
      as n (kind text, name text, last timestamptz, messages bigint, stored bigint, bytes bigint)
    join ignored i using (kind, name) order by i.id for update of i
  ) n
  where i.id = n.id`

async function save(db: Queryable, entries: readonly Entry[]): Promise<void> {
  const rows = entries.map((entry) => ({ ...entry, properties: [...entry.properties] }))
  const pending = rows.filter(({ kind }) => kind === 'pending')
  const ignored = rows.filter(({ kind }) => kind !== 'pending')
  if (pending.length > 0)
    await db.query({ name: 'held-back-pending', text: PENDING, values: [JSON.stringify(pending)] })
  if (ignored.length > 0)
    await db.query({ name: 'held-back-ignored', text: IGNORED, values: [JSON.stringify(ignored)] })
}
