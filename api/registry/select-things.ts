import type { Queryable } from '#infra/db/pool.ts'
import type { BulkResponse, ThingSelection } from '#model/api/devices.ts'

const SELECTED = `
  select t.id, t.key from thing t left join thing_registration r on r.thing_id = t.id
  where ($1::text[] is null or t.key = any($1)) and ($2::text is null or starts_with(r.topic, $2))
    and ($3::text is null or starts_with(t.key, $3)) and ($4::text is null or t.domain = $4)
    and ($5::timestamptz is null or t.created_at >= $5) and ($6::timestamptz is null or t.created_at < $6)
    and ($7::boolean is null or t.verified = $7) and t.key not like '%~deleting-%' and t.key not like '%~merging-%'
  order by t.key`

export type Selected = { readonly id: number; readonly key: string }

/** The Things that meet all conditions, in the order of their keys. */
export async function selectSelection(db: Queryable, selection: ThingSelection): Promise<Selected[]> {
  const { keys, topicPrefix, keyPrefix, domain, registeredFrom, registeredTo, verified } = selection
  const { rows } = await db.query<Selected>(SELECTED, [
    ...[keys ?? null, topicPrefix ?? null, keyPrefix ?? null, domain ?? null],
    ...[registeredFrom ?? null, registeredTo ?? null, verified ?? null],
  ])
  return rows
}

const EFFECT = `
  with d as (select id from datastream where thing_id = any($1::int[]))
  select (select count(*) from d)::int as datastreams,
         ((select count(*) from observation_packed where datastream_id in (select id from d))
          + (select count(*) from mobile_observation where datastream_id in (select id from d)))::bigint as observations,
         (select coalesce(sum(messages), 0)::bigint from thing_ledger where thing_id = any($1::int[])) as messages`

/** What a change of these Things would affect. */
export async function selectEffect(
  db: Queryable,
  things: readonly Selected[],
): Promise<Pick<BulkResponse, 'datastreams' | 'observations' | 'messages'>> {
  const { rows } = await db.query<Pick<BulkResponse, 'datastreams' | 'observations' | 'messages'>>(EFFECT, [
    things.map(({ id }) => id),
  ])
  return rows[0] ?? { datastreams: 0, observations: 0, messages: 0 }
}
