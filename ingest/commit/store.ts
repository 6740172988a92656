import { int4Array, timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { RejectReason } from '../decode/helpers/types.ts'
import { MAX_DETAIL_LENGTH } from '../message/describe-error.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import { CLOCK_AHEAD_LIMIT_MS } from '../observe/normalise.ts'
import { isPersonal } from '../personal-data/is-personal.ts'
import type { Row } from './rows.ts'
import { keysOf, valuesOf } from './store-observations.ts'
import { fieldNames, SEPARATOR } from './store-unmapped.ts'

const TYPES = '$1::int[], $2::timestamptz[], $3::float8[], $4::smallint[], $5::int[]'

// Usually all are newer, and then no id is returned.
const latestWhere = (newer: '>' | '>='): string => `
  with newer as (
    insert into latest_observation as l (datastream_id, phenomenon_time, result, quality, reasons)
    select * from unnest(${TYPES})
    on conflict (datastream_id) do update set
      phenomenon_time = excluded.phenomenon_time, result = excluded.result,
      quality = excluded.quality, reasons = excluded.reasons
    where excluded.phenomenon_time ${newer} l.phenomenon_time or l.phenomenon_time > $6::timestamptz
    returning l.datastream_id
  )
  select case when count(*) < cardinality($1::int[]) then coalesce(array_agg(datastream_id), '{}') end as newer
  from newer`

const LATEST = { name: 'store-latest', text: latestWhere('>=') }
const PROVISIONAL = { name: 'store-provisional', text: latestWhere('>') }

/**
 * Latest by phenomenon time, not by arrival: late data changes nothing here.
 * @param rows the latest of each Datastream, sorted by Datastream
 * @param options nowMs: observations further ahead of it than accepted neither become nor remain the latest, because a
 * clock was wrong when they were stored (clock-steps.ts). provisional: the rows are not stored as observations yet
 * (overload-bypass.ts), and do not replace an observation of the same time
 * @returns the rows that are now the latest
 * @throws foreign_key_violation when a Datastream was deleted from the registry
 */
export async function updateLatest(
  db: Queryable,
  rows: readonly Row[],
  { provisional = false, nowMs = Date.now() }: { provisional?: boolean; nowMs?: number } = {},
): Promise<readonly Row[]> {
  if (rows.length === 0) return rows
  const limitMs = nowMs + CLOCK_AHEAD_LIMIT_MS
  const { rows: answer } = await db.query<{ newer: number[] | null }>({
    ...(provisional ? PROVISIONAL : LATEST),
    values: [...keysOf(rows), ...valuesOf(rows), new Date(limitMs)],
  })
  const ids = answer[0]?.newer
  if (!ids) return rows
  const newer = new Set(ids)
  return rows.filter((row) => newer.has(row.datastream.id))
}

// A redelivered message (dup) may have been rejected before: it is stored once.
const REJECT = `
  insert into rejected_message (received_at, source, topic, payload, reason, detail, partial, full_bytes, fields, devices)
  select r.received_at, r.source, r.topic, r.payload, r.reason, r.detail, r.partial, r.full_bytes,
    string_to_array(r.fields, chr(31)), string_to_array(r.devices, chr(31))
  from unnest($1::timestamptz[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::boolean[], $8::int[],
    $9::boolean[], $10::text[], $11::text[])
    as r (received_at, source, topic, payload, reason, detail, partial, full_bytes, dup, fields, devices)
  where not r.dup or not exists (
    select from rejected_message o
    where o.received_at > r.received_at - interval '1 day' and o.topic = r.topic and o.reason = r.reason
      and o.payload = r.payload)`

const NOTHING = Buffer.alloc(0)
/** Gateways put the address of the device they received in the topic, with or without separators. */
const withoutAddresses = (topic: string): string => topic.replace(/(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}/gi, '(address)')

/**
 * Stores messages that were rejected, entirely or in part. Of a message with personal data only the length is stored: it
 * cannot be read or replayed.
 */
export async function insertRejected(db: Queryable, messages: readonly IngestMessage[]): Promise<void> {
  if (messages.length === 0) return
  const reasons = messages.map(reasonOf)
  await db.query({
    name: 'store-rejected',
    text: REJECT,
    values: [
      timestamptzArray(messages.map((message) => message.receivedAt.getTime())),
      messages.map((message) => message.source),
      messages.map((message) => (isPersonal(message) ? withoutAddresses(message.topic) : message.topic)),
      messages.map((message) => (isPersonal(message) ? NOTHING : message.payload)),
      reasons.map(({ reason }) => reason),
      reasons.map(({ detail }) => detail),
      messages.map((message) => message.samples.length > 0 || message.isDescription === true),
      int4Array(messages.map((message) => message.fullBytes)),
      messages.map((message) => message.dup),
      messages.map((message) => fieldNames(message.unmapped)),
      messages.map(heldBackDevices),
    ],
  })
}

const NOT_REGISTERED: ReadonlySet<RejectReason> = new Set(['ignored', 'awaiting_approval', 'registration_limit'])

/** The devices because of which a message is rejected: it is found by them once they are approved or no longer ignored. */
const heldBackDevices = ({ problems }: IngestMessage): string =>
  [...new Set(problems.flatMap(({ device, reason }) => (device && NOT_REGISTERED.has(reason) ? [device] : [])))].join(
    SEPARATOR,
  )

/** True when a part of the message was not usable. */
export const isRejected = (message: IngestMessage): boolean =>
  message.failure !== undefined ||
  message.problems.length > 0 ||
  (message.samples.length === 0 && !message.isDescription)

function reasonOf({ failure, problems }: IngestMessage): { reason: string; detail: string } {
  if (failure) return failure
  const first = problems[0]
  if (!first) return { reason: 'no_measurement', detail: 'the message contains no value' }
  const detail = problems.map(({ field, reason, detail }) => `${field}: ${reason}: ${detail}`).join('; ')
  return { reason: first.reason, detail: detail.slice(0, MAX_DETAIL_LENGTH) }
}
