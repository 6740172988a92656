import { timestamptzArray } from '#infra/db/binary-arrays.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { UnmappedField } from '../decode/helpers/types.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import { formatOf } from '../observe/field-mappings.ts'

/** Sample values stored for each field, the most recent ones. */
const MAX_SAMPLES = 5
/** Fields recorded per batch; the messages themselves are stored whatever their number. */
const MAX_FIELDS = 2_000

type FieldRecord = UnmappedField & {
  format: string
  source: string
  first: Date
  last: Date
  n: number
  samples: string[]
}

const UPSERT = `
  insert into unmapped_field as u (format, field, device, name, source, first_seen, last_seen, n, samples)
  select r.format, r.field, r.device, r.name, r.source, r.first_seen, r.last_seen, r.n,
         string_to_array(r.samples, chr(31))
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
    $8::int[], $9::text[]) as r (format, field, device, name, source, first_seen, last_seen, n, samples)
  on conflict (format, field, device) do update set
    source = excluded.source, name = excluded.name, n = u.n + excluded.n,
    first_seen = least(u.first_seen, excluded.first_seen), last_seen = greatest(u.last_seen, excluded.last_seen),
    samples = (excluded.samples || u.samples)[1:${MAX_SAMPLES}]`

/** Records fields without a mapping, in the transaction that stores their messages. */
export async function storeUnmapped(db: Queryable, messages: readonly IngestMessage[]): Promise<void> {
  const records = collect(messages)
  if (records.length === 0) return
  await db.query({
    name: 'store-unmapped',
    text: UPSERT,
    values: [
      records.map(({ format }) => format),
      records.map(({ field }) => field),
      records.map(({ device }) => device),
      records.map(({ name }) => name),
      records.map(({ source }) => source),
      timestamptzArray(records.map(({ first }) => first.getTime())),
      timestamptzArray(records.map(({ last }) => last.getTime())),
      records.map(({ n }) => n),
      records.map(({ samples }) => samples.join(SEPARATOR)),
    ],
  })
}

/** Each field once, in the order in which every worker locks them. */
function collect(messages: readonly IngestMessage[]): FieldRecord[] {
  const byKey = new Map<string, FieldRecord>()
  for (const { unmapped, source, receivedAt } of messages) {
    for (const field of unmapped ?? []) {
      const key = `${formatOf(field.device)}\n${field.field}\n${field.device}`
      const known = byKey.get(key)
      if (known) {
        known.n += 1
        known.last = receivedAt
        known.samples = [field.value, ...known.samples].slice(0, MAX_SAMPLES)
      } else if (byKey.size < MAX_FIELDS) {
        const seen = { first: receivedAt, last: receivedAt, n: 1, samples: [field.value] }
        byKey.set(key, { ...field, format: formatOf(field.device), source, ...seen })
      }
    }
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record)
}

/** A control character, which stored text does not contain (model/text/storable-text.ts). */
export const SEPARATOR = '\u001f'

/** Names by which a rejected message is found again, once a mapping covers them. */
export const fieldNames = (unmapped: readonly UnmappedField[] = []): string =>
  [...new Set(unmapped.flatMap(({ field, name }) => [field, name]))].join(SEPARATOR)
