import type { Queryable } from '#infra/db/pool.ts'
import { SECOND_MS } from '#model/basics/durations.ts'
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
const KIND = `
  case when d.property <> 'online' or d.channel <> '' then 'heard'
       when o.result = 0 then 'offline'
       when o.reasons & ${REASONS.retained_state} <> 0 then 'not_offline' else 'heard' end`

/**
 * Of what was heard of a Thing only that next to a gap of more than `$4` intervals or to what it says of itself, its first and
 * last; and the first after each of `$5` seconds without either, when a recovery hold ends.
 */
const MOMENTS = `
  with said as (
    select d.thing_id as thing, o.phenomenon_time as at, ${KIND} as kind
    from observation o join datastream d on d.id = o.datastream_id
    where d.thing_id = any($1) and o.phenomenon_time >= $2 and o.phenomenon_time <= $3
  ), neighbours as (
    select said.*, at - lag(at) over own > gap as after_gap, lead(at) over own - at > gap as before_gap,
           lag(at) over own as before, lead(at) over own as after, lag(kind) over own as kind_before, lead(kind) over own as kind_after
    from said
    join (select id as thing, $4::float8 * expected_interval_s * interval '1 second' as gap from thing) t using (thing)
    window own as (partition by thing order by at, kind <> 'heard')
  ), stretches as (
    select *, count(*) filter (where kind = 'offline' or after_gap) over (partition by thing order by at, kind <> 'heard'
      rows unbounded preceding) as stretch
    from neighbours
  ), recovering as (
    select *, min(at) filter (where kind = 'heard') over (partition by thing, stretch) as since from stretches
  )
  select thing, floor(extract(epoch from at) * 1000)::float8 as at, kind,
    floor(extract(epoch from after) * 1000)::float8 as next
  from recovering
  where kind <> 'heard' or kind_before is distinct from 'heard' or kind_after is distinct from 'heard' or after_gap or before_gap
     or exists (select from unnest($5::float8[]) as keep (s)
                where extract(epoch from at - since) >= s and extract(epoch from before - since) < s)
  order by at, kind <> 'heard'`

/** `offline`: said to be; `not_offline`: what the broker kept takes that back, without a sign of life. Unix milliseconds. */
export type Moment = {
  readonly thing: number
  readonly at: number
  readonly kind: 'heard' | 'offline' | 'not_offline'
  /** when something was heard or said next, also where that decides nothing */
  readonly next: number | null
}
type Query = {
  readonly things: readonly number[]
  readonly from: Date
  readonly to: Date
  readonly intervals: number
  /** recovery holds */
  readonly keepMs: readonly number[]
}

/** What decides about silence within a window, in the order of time; of the same instant a sign of life first. */
export async function selectMoments(db: Queryable, { things, from, to, intervals, keepMs }: Query): Promise<Moment[]> {
  const keepSeconds = keepMs.filter((ms) => ms > 0).map((ms) => ms / SECOND_MS)
  const { rows } = await db.query<Moment>(MOMENTS, [things, from, to, intervals, keepSeconds])
  return rows
}
