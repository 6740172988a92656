import type { Queryable } from '#infra/db/pool.ts'
import { MINUTE_MS } from '#model/basics/durations.ts'
import type { Row } from './rows.ts'
import { keysOf } from './store-observations.ts'

/** Younger ones are under way, and the evaluation of alert rules waits for most of these. */
const LATE_MS = MINUTE_MS

// Notes that another transaction holds stay as they are: waiting for them could be waiting in a circle.
const MARK = `
  with noted as (
    select r.id, min(r.at) as earliest, max(r.at) as latest from unnest($1::int[], $2::timestamptz[]) as r (id, at)
    join latest_observation l on l.datastream_id = r.id
    where r.at < l.phenomenon_time group by r.id
  ), held as (
    select n.id from late_observation n join noted on noted.id = n.datastream_id for update of n skip locked
  ), before as (
    delete from late_observation n using held where n.id = held.id
    returning n.datastream_id, n.earliest, n.latest, coalesce(n.first_arrived_at, n.arrived_at) as first_arrived_at
  )
  insert into late_observation (datastream_id, earliest, latest, first_arrived_at, arrived_at)
  select noted.id, least(noted.earliest, min(b.earliest)), greatest(noted.latest, max(b.latest)),
         least($3::timestamptz, min(b.first_arrived_at)), $3
  from noted left join before b on b.datastream_id = noted.id
  group by noted.id, noted.earliest, noted.latest`

/**
 * Notes that rows are older than the latest of their Datastream, so that the history of alerts is compared with them. Before the
 * latest ones are updated. Merged with what is noted already, so that there are as many notes as Datastreams while nobody
 * compares them, and a few more where several writers note the same one at once.
 */
export async function noteLate(db: Queryable, inserted: readonly Row[], nowMs: number): Promise<void> {
  const old = inserted.filter(({ timeMs }) => timeMs < nowMs - LATE_MS)
  if (old.length === 0) return
  await db.query({
    name: 'late-observations',
    text: MARK,
    values: [...keysOf(old), new Date(nowMs)],
  })
}
