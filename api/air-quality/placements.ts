/** Which zone Things belonged to and how they were sited, through time: from the history of the registry. */
import type { Queryable } from '#infra/db/pool.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { confirmedSql } from '../measurements/confirmed.ts'

/** Siting of a Thing and key of its zone from one instant to another, exclusive, in ms since 1970. */
export type Placement = {
  readonly thing: number
  /** null too where nobody has confirmed the Thing */
  readonly zone: string | null
  readonly siting: string | null
  readonly from: number
  readonly to: number
}
export type Placements = readonly Placement[]

// The key of a zone is that of its last state, so that a zone that is gone has one as well.
const PLACEMENTS = `
  select h.id as thing, case when ${confirmedSql('t')} then z.key end as zone,
         h.state -> 'attributes' ->> 'siting' as siting, h.valid_from as "from", nullif(h.valid_to, 'infinity') as "to"
  from registry_history h join thing t on t.id = h.id
  left join lateral (
    select state ->> 'key' as key from registry_history zone
    where zone.entity = 'zone' and zone.id = (h.state ->> 'zone_id')::int order by valid_from desc limit 1
  ) z on true
  where h.entity = 'thing' and h.id = any($1::int[])
  order by h.id, h.valid_from`

export async function placementsOf(db: Queryable, things: readonly number[]): Promise<Placements> {
  type Row = Omit<Placement, 'from' | 'to'> & { from: Date; to: Date | null }
  const { rows } = await db.query<Row>(PLACEMENTS, [things])
  return rows.map(({ from, to, ...row }) => ({
    ...row,
    from: from.getTime(),
    to: to?.getTime() ?? Number.POSITIVE_INFINITY,
  }))
}

/** Placements by Thing, and the numbers of the frames in which these hold. */
export type InForce = { readonly placed: ReadonlyMap<number, Placement>; readonly at: readonly number[] }

/**
 * What was in force before the end of each frame; where that is not over, what is now. A Thing that was heard before it was
 * registered is placed as it was registered (api/measurements/registry-at.ts).
 */
export function placementsInForce(placements: Placements, ends: readonly number[], now: Date): InForce[] {
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
    const placed = byThing.flatMap(([thing, own]): [number, Placement][] => {
      const held =
        own.find(({ from, to }) => from < end && to >= end) ?? (own[0] && own[0].from >= end ? own[0] : undefined)
      return held ? [[thing, held]] : []
    })
    return { placed: new Map(placed), at }
  })
}
