/** Which zone Things belonged to, through time: from the history of the registry. */
import type { Queryable } from '#infra/db/pool.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { confirmedSql } from '../measurements/confirmed.ts'

/** Key of the zone of a confirmed Thing from one instant to another, exclusive, in ms since 1970. */
export type Placement = {
  readonly thing: number
  readonly zone: string | null
  readonly from: number
  readonly to: number
}
export type Placements = readonly Placement[]

// The key of a zone is that of its last state, so that a zone that is gone has one as well.
const PLACEMENTS = `
  select h.id as thing, z.key as zone, h.valid_from as "from", nullif(h.valid_to, 'infinity') as "to"
  from registry_history h join thing t on t.id = h.id
  left join lateral (
    select state ->> 'key' as key from registry_history zone
    where zone.entity = 'zone' and zone.id = (h.state ->> 'zone_id')::int order by valid_from desc limit 1
  ) z on true
  where h.entity = 'thing' and h.id = any($1::int[]) and ${confirmedSql('t')}
  order by h.id, h.valid_from`

export async function placementsOf(db: Queryable, things: readonly number[]): Promise<Placements> {
  type Row = { thing: number; zone: string | null; from: Date; to: Date | null }
  const { rows } = await db.query<Row>(PLACEMENTS, [things])
  return rows.map(({ from, to, ...row }) => ({
    ...row,
    from: from.getTime(),
    to: to?.getTime() ?? Number.POSITIVE_INFINITY,
  }))
}

/** Zones by Thing, and the numbers of the frames in which these hold. */
export type InForce = { readonly zones: ReadonlyMap<number, string>; readonly at: readonly number[] }

/**
 * What was in force before the end of each frame; where that is not over, what is now. A Thing that was heard before it was
 * registered belongs to the zone in which it was registered (api/measurements/registry-at.ts).
 */
export function zonesInForce(placements: Placements, ends: readonly number[], now: Date): InForce[] {
  const changes = [...new Set(placements.map(({ from }) => from))].sort((a, b) => a - b)
  const stateOf = (end: number): number => changes.filter((change) => change < end).length
  const instants = ends.map((end) => (end + HOUR_MS > now.getTime() ? Number.POSITIVE_INFINITY : end))
  const byState = Map.groupBy(
    instants.map((_, i) => i),
    (i) => stateOf(instants[i] ?? 0),
  )
  const byThing = [...Map.groupBy(placements, ({ thing }) => thing)]
  return [...byState.values()].map((at) => {
    const end = instants[at[0] ?? 0] ?? 0
    const zones = byThing.flatMap(([thing, own]): [number, string][] => {
      const held =
        own.find(({ from, to }) => from < end && to >= end) ?? (own[0] && own[0].from >= end ? own[0] : undefined)
      return held?.zone ? [[thing, held.zone]] : []
    })
    return { zones: new Map(zones), at }
  })
}
