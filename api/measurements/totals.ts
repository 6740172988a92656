import { type Combination, combinationsOf } from './combinations.ts'
import type { DatastreamRow, ThingRow } from './registry-snapshot.ts'

/** One property of one Thing as it counts in a sum or a mean: once, whatever parts are reported next to the total. */
export type Total = {
  readonly thing: ThingRow
  readonly property: string
  /** what can give the total, best first; the first of which everything was read counts */
  readonly combinations: readonly [Combination, ...Combination[]]
  /** Things that are part of this one and are included in it already */
  readonly components: readonly ThingRow[]
}

/**
 * Groups Datastreams into totals. A Datastream of the total comes first; tariffs and phases are complete by definition, so
 * either may replace a total that is not read. Parts of any other name count only where there is no total: nobody knows
 * whether they are complete. A part that has two names counts once. A Thing that is `partOf` another one in the list does not count in addition to it.
 */
export function totalsOf(streams: readonly DatastreamRow[], things: readonly ThingRow[]): Total[] {
  const groups = [...Map.groupBy(streams, ({ thing, property }) => `${thing.id} ${property}`).values()]
  const totals = groups.flatMap((own) => {
    const combinations = combinationsOf(own)
    const [first] = combinations
    const stream = first?.streams[0]
    return first && stream
      ? [{ thing: stream.thing, property: stream.property, combinations: [first, ...combinations.slice(1)] as const }]
      : []
  })
  return [...Map.groupBy(totals, ({ property }) => property).values()].flatMap((same) => {
    const containerOf = containersIn(
      same.map(({ thing }) => thing),
      things,
    )
    const components = Map.groupBy(
      same.flatMap(({ thing }) => (containerOf(thing) ? [thing] : [])),
      (thing) => containerOf(thing)?.id,
    )
    return same
      .filter(({ thing }) => !containerOf(thing))
      .map((total) => ({ ...total, components: components.get(total.thing.id) ?? [] }))
  })
}

/** Those of the counted Things that are not part of another counted one. */
export function outermost(counted: readonly ThingRow[], things: readonly ThingRow[]): ThingRow[] {
  const containerOf = containersIn(counted, things)
  return counted.filter((thing) => !containerOf(thing))
}

/** The outermost Thing of the list that another one of it is part of, directly or through Things that are not in it. */
function containersIn(
  counted: readonly ThingRow[],
  things: readonly ThingRow[],
): (thing: ThingRow) => ThingRow | undefined {
  const ids = new Set(counted.map(({ id }) => id))
  const byKey = new Map(things.map((thing) => [thing.key, thing]))
  return (thing) => {
    let container: ThingRow | undefined
    const seen = new Set([thing.id])
    for (let at = containerOf(thing, byKey); at; at = containerOf(at, byKey)) {
      // Things that are part of each other contain nothing: both count, and the check of the pack reports it.
      if (seen.has(at.id)) return undefined
      seen.add(at.id)
      if (ids.has(at.id)) container = at
    }
    return container
  }
}

const containerOf = ({ attributes }: ThingRow, byKey: ReadonlyMap<string, ThingRow>): ThingRow | undefined => {
  const key = attributes['partOf']
  return key === undefined ? undefined : byKey.get(String(key))
}
