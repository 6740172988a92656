import type { Queryable } from '#infra/db/pool.ts'
import { MINUTE_MS } from '#model/basics/durations.ts'
import type { Row } from './rows.ts'
import { keysOf } from './store-observations.ts'

/** Younger ones are under way, and the evaluation of alert rules waits for most of these. */
const LATE_MS = MINUTE_MS

const MARK = `
  insert into late_observation (datastream_id, earliest, latest, arrived_at)
  select r.id, min(r.at), max(r.at), $3 from unnest($1::int[], $2::timestamptz[]) as r (id, at)
  join latest_observation l on l.datastream_id = r.id
  where r.at < l.phenomenon_time group by r.id`

/**
 * Notes that rows are older than the latest of their Datastream, so that the history of alerts is compared with them. Before the
 * latest ones are updated.
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
