import type { Queryable } from '#infra/db/pool.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { Evidence, MachineLevel } from '../machine.ts'

/** A stretch in which nothing is heard: from the last measurement on; Unix milliseconds. */
export type Silence = { readonly from: number; readonly intervalMs: number; readonly until: number }

/** Evidence for each level from when its threshold was reached, and when `for` was over; a value is an age in intervals. */
export function silenceEvidence(levels: readonly MachineLevel[], { from, intervalMs, until }: Silence): Evidence[] {
  return levels
    .flatMap(({ threshold, forMs }) => {
      // a value is beyond a threshold a millisecond after it
      const since = from + threshold * intervalMs + 1
      const reached = { at: since, since }
      return forMs > 0 ? [reached, { at: since + forMs, since }] : [reached]
    })
    .filter(({ at }) => at <= until)
    .toSorted((a, b) => a.at - b.at)
    .map((each) => ({ ...each, value: (each.at - from) / intervalMs }))
}

type Death = { readonly at: number; readonly from: number; readonly intervalMs: number; readonly until: number }

/** A Thing that was said to be offline is silent at once: the mildest level is reached, whatever its threshold. */
export function deathEvidence([mildest]: readonly MachineLevel[], { at, from, intervalMs, until }: Death): Evidence[] {
  if (!mildest) return []
  const value = Math.max((at - from) / intervalMs, beyond(mildest.threshold))
  const reached = { at, since: at, value }
  const lasted = mildest.forMs > 0 ? [{ at: at + mildest.forMs, since: at, value }] : []
  return [reached, ...lasted].filter((each) => each.at <= until)
}

/** The least that is more, as messages show it: the threshold itself. */
const beyond = (threshold: number): number => threshold * (1 + 1e-9)

// As heardOf (heard.ts) has it of the newest ones.
const IS_LIFE = `not (d.property = 'online' and d.channel = '' and (o.result = 0 or o.reasons & ${REASONS.retained_state} <> 0))`

// Pairs of measurements of a Thing between which it was silent for longer than `$4` of its intervals.
const GAPS = `
  select thing, floor(extract(epoch from before) * 1000)::float8 as "from", floor(extract(epoch from at) * 1000)::float8 as until
  from (
    select d.thing_id as thing, o.phenomenon_time as at,
           lag(o.phenomenon_time) over (partition by d.thing_id order by o.phenomenon_time) as before
    from observation o join datastream d on d.id = o.datastream_id
    where d.thing_id = any($1) and o.phenomenon_time >= $2 and o.phenomenon_time <= $3 and ${IS_LIFE}
  ) heard
  join thing t on t.id = heard.thing
  where at - before > $4::float8 * t.expected_interval_s * interval '1 second'
  order by at`
const LAST = `
  select d.thing_id as thing, floor(extract(epoch from max(o.phenomenon_time)) * 1000)::float8 as "from"
  from observation o join datastream d on d.id = o.datastream_id
  where d.thing_id = any($1) and o.phenomenon_time >= $2 and o.phenomenon_time <= $3 and ${IS_LIFE} group by 1`

type Gap = { readonly thing: number; readonly from: number; readonly until: number }
type Query = { readonly things: readonly number[]; readonly from: Date; readonly to: Date; readonly intervals: number }

/** Gaps between measurements within a window, and the one that lasts at its end. */
export async function selectGaps(db: Queryable, { things, from, to, intervals }: Query): Promise<Gap[]> {
  const gaps = await db.query<Gap>(GAPS, [things, from, to, intervals])
  const last = await db.query<Omit<Gap, 'until'>>(LAST, [things, from, to])
  return [...gaps.rows, ...last.rows.map((row) => ({ ...row, until: Number.POSITIVE_INFINITY }))]
}
