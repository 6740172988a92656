import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { Evidence } from '../machine.ts'

export type Fault = 'drift' | 'stuck'

/** Drifting: unlike its neighbours, its climate or its second sensor. Stuck: the same value, or a meter that does not move. */
const FAULTS: Readonly<Record<Fault, number>> = {
  drift: REASONS.neighbours | REASONS.climatology | REASONS.channels_disagree,
  stuck: REASONS.flat_line | REASONS.stuck_counter,
}

// By the end of the hour; an Observation at the very end belongs to it.
const FLAGGED = `
  select d.thing_id as thing, o.id, o.at, o.n::float8 as n, o.flagged::float8 as flagged
  from (
    select datastream_id as id, ceil(extract(epoch from phenomenon_time) / 3600)::float8 * 3600000 as at,
           count(*) as n, count(*) filter (where reasons & $4 <> 0) as flagged
    from observation where phenomenon_time > $1 and phenomenon_time <= $2 and datastream_id = any($3)
    group by 1, 2
  ) o join datastream d on d.id = o.id`
type Row = {
  readonly thing: number
  readonly id: number
  readonly at: number
  readonly n: number
  readonly flagged: number
}

export type FlaggedQuery = {
  readonly things: readonly number[]
  readonly fault: Fault
  /** ends of the first and the last hour, Unix milliseconds */
  readonly from: number
  readonly to: number
}

/** By Thing and hour: percent of the Observations of the 24 hours before that are flagged, of the Datastream that has most. */
export async function flaggedShares(
  db: Queryable,
  { things, fault, from, to }: FlaggedQuery,
): Promise<Map<number, Evidence[]>> {
  const streams = await db.query<{ id: number }>(`select id from datastream where thing_id = any($1)`, [things])
  const ids = streams.rows.map(({ id }) => id)
  const { rows } = await db.query<Row>(FLAGGED, [new Date(from - DAY_MS), new Date(to), ids, FAULTS[fault]])
  const byThing = Map.groupBy(rows, ({ thing }) => thing)
  return new Map([...byThing].map(([thing, own]) => [thing, sharesOf(own, from, to)]))
}

function sharesOf(rows: readonly Row[], from: number, to: number): Evidence[] {
  const worst = new Map<number, number>()
  for (const own of Map.groupBy(rows, ({ id }) => id).values()) {
    const hours = new Map(own.map((row) => [row.at, row]))
    let [n, flagged] = [0, 0]
    for (let hour = from - DAY_MS + HOUR_MS; hour <= to; hour += HOUR_MS) {
      const [enters, leaves] = [hours.get(hour), hour > from ? hours.get(hour - DAY_MS) : undefined]
      n += (enters?.n ?? 0) - (leaves?.n ?? 0)
      flagged += (enters?.flagged ?? 0) - (leaves?.flagged ?? 0)
      if (hour >= from && n > 0) worst.set(hour, Math.max(worst.get(hour) ?? 0, (100 * flagged) / n))
    }
  }
  return [...worst].toSorted(([a], [b]) => a - b).map(([at, value]) => ({ at, value }))
}
