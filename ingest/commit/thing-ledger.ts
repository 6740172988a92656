/** The ledger by Thing and day of arrival: outcomes of the observations, written in the transaction of the batch. */

import { int4Array } from '#infra/db/binary-arrays.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { Datastream } from '../registry/registry.ts'
import type { Tally } from './rows.ts'

/** The share of one Thing in a message; nearly every message concerns one Thing and has one part. */
export type Part = { readonly message: number; readonly thingId: number; readonly tally: Tally }
export type Parts = {
  readonly parts: readonly Part[]
  /** one for each sample of all messages, in order: the index of its part */
  readonly partOf: readonly number[]
}

/** @param datastreams one for each sample of all messages, in order */
export function partsOf(messages: readonly IngestMessage[], datastreams: readonly Datastream[]): Parts {
  const parts: Part[] = []
  const partOf: number[] = []
  for (let message = 0; message < messages.length; message += 1) {
    const from = parts.length
    const samples = messages[message]?.samples.length ?? 0
    for (let i = 0; i < samples; i += 1) {
      const thingId = datastreams[partOf.length]?.thingId ?? 0
      let at = parts.length - 1
      while (at >= from && parts[at]?.thingId !== thingId) at -= 1
      if (at < from) at = parts.push({ message, thingId, tally: { stored: 0, duplicate: 0, conflict: 0 } }) - 1
      partOf.push(at)
    }
  }
  return { parts, partOf }
}

/** Outcomes by message: the sum of its parts. */
export function tallyMessages(messages: number, parts: readonly Part[]): Tally[] {
  const tallies = Array.from({ length: messages }, (): Tally => ({ stored: 0, duplicate: 0, conflict: 0 }))
  for (const { message, tally } of parts) {
    const sum = tallies[message]
    if (!sum) continue
    sum.stored += tally.stored
    sum.duplicate += tally.duplicate
    sum.conflict += tally.conflict
  }
  return tallies
}

type Entry = Tally & { readonly thingId: number; readonly device: string; readonly day: number } & {
  messages: number
  rejected: number
}

// Rejected values name a device; its Thing is looked up. For an unknown device they are counted by source only.
const FIND = `
  select n.device, coalesce(
    (select d.thing_id from thing_device d where d.device = n.device),
    (select t.id from thing t where 'key/' || t.key = n.device)) as "thingId"
  from unnest($1::text[]) as n (device)`

const UPSERT = `
  insert into thing_ledger as l (thing_id, day, messages, stored, duplicate, conflict, rejected)
  select thing_id, date '1970-01-01' + day, messages, stored, duplicate, conflict, rejected
  from unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[])
    as i (thing_id, day, messages, stored, duplicate, conflict, rejected)
  on conflict (thing_id, day) do update set
    messages = l.messages + excluded.messages, stored = l.stored + excluded.stored,
    duplicate = l.duplicate + excluded.duplicate, conflict = l.conflict + excluded.conflict,
    rejected = l.rejected + excluded.rejected`

/** @throws foreign_key_violation when a Thing is gone from the registry */
export async function writeThingLedger(
  db: Queryable,
  messages: readonly IngestMessage[],
  parts: readonly Part[],
): Promise<void> {
  const entries = await withThings(db, gather(messages, parts))
  if (entries.length === 0) return
  await db.query({
    name: 'thing-ledger',
    text: UPSERT,
    values: [
      int4Array(entries, ({ thingId }) => thingId),
      int4Array(entries, ({ day }) => day),
      int4Array(entries, (entry) => entry.messages),
      int4Array(entries, ({ stored }) => stored),
      int4Array(entries, ({ duplicate }) => duplicate),
      int4Array(entries, ({ conflict }) => conflict),
      int4Array(entries, ({ rejected }) => rejected),
    ],
  })
}

/** Entries by Thing, each Thing and day once, in the order in which every worker locks them. */
async function withThings(db: Queryable, entries: readonly Entry[]): Promise<Entry[]> {
  const known = entries.filter(({ thingId }) => thingId > 0)
  const named = entries.filter(({ thingId }) => thingId === 0)
  if (named.length > 0) {
    const devices = [...new Set(named.map(({ device }) => device))]
    const { rows } = await db.query<{ device: string; thingId: number | null }>({
      name: 'thing-ledger-named',
      text: FIND,
      values: [devices],
    })
    const thingOf = new Map(rows.map(({ device, thingId }) => [device, thingId]))
    for (const entry of named) {
      const thingId = thingOf.get(entry.device)
      if (!thingId) continue
      const same = known.find((other) => other.thingId === thingId && other.day === entry.day)
      if (same) add(same, entry)
      else known.push({ ...entry, thingId })
    }
  }
  return known.sort((a, b) => a.thingId - b.thingId || a.day - b.day)
}

function add(entry: Entry, other: Entry): void {
  entry.messages += other.messages
  entry.stored += other.stored
  entry.duplicate += other.duplicate
  entry.conflict += other.conflict
  entry.rejected += other.rejected
}

function gather(messages: readonly IngestMessage[], parts: readonly Part[]): Entry[] {
  const entries: Entry[] = []
  const byOwner = new Map<number | string, Entry[]>()
  const entryOf = (thingId: number, device: string, receivedAt: Date): Entry => {
    const day = Math.floor(receivedAt.getTime() / DAY_MS)
    const owner = thingId > 0 ? thingId : device
    let days = byOwner.get(owner)
    if (!days) {
      days = []
      byOwner.set(owner, days)
    }
    const known = days.find((entry) => entry.day === day)
    if (known) return known
    const entry = { thingId, device, day, messages: 0, stored: 0, duplicate: 0, conflict: 0, rejected: 0 }
    days.push(entry)
    entries.push(entry)
    return entry
  }
  // A problem without a device counts for the Thing of the message, if it concerns only one.
  const thingOf: number[] = []
  for (const part of parts) {
    const message = messages[part.message]
    if (!message) continue
    const entry = entryOf(part.thingId, '', message.receivedAt)
    entry.messages += 1
    entry.stored += part.tally.stored
    entry.duplicate += part.tally.duplicate
    entry.conflict += part.tally.conflict
    thingOf[part.message] = thingOf[part.message] === undefined ? part.thingId : 0
  }
  messages.forEach((message, index) => {
    countRejected(message, thingOf[index] ?? 0, entryOf)
  })
  return entries
}

function countRejected(
  message: IngestMessage,
  thingId: number,
  entryOf: (thingId: number, device: string, receivedAt: Date) => Entry,
): void {
  const { problems, failure, unmapped = [], samples, receivedAt } = message
  for (const { device = '' } of problems)
    if (thingId > 0 || device !== '') entryOf(thingId, thingId > 0 ? '' : device, receivedAt).rejected += 1
  if (!failure || problems.length > 0 || samples.length > 0) return
  const devices = new Set(unmapped.map(({ device }) => device))
  const [device = ''] = devices
  if (devices.size !== 1 || device === '') return
  const entry = entryOf(0, device, receivedAt)
  entry.messages += 1
  entry.rejected += unmapped.length
}
