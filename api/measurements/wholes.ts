import type { DatastreamRow, ThingRow } from './registry.ts'

/** Datastreams of one Thing and property that together are the whole of it. */
export type Combination = {
  /** one Datastream that is the whole, or the parts that add up to it */
  readonly how: 'total' | 'parts'
  readonly streams: readonly DatastreamRow[]
}

/** One property of one Thing as it counts in a sum or a mean: once, whatever detail is reported beside the total. */
export type Whole = {
  readonly thing: ThingRow
  readonly property: string
  /** what can stand for it, best first; the first of which everything was read counts */
  readonly combinations: readonly [Combination, ...Combination[]]
  /** Things that are part of this one and so are counted already */
  readonly within: readonly ThingRow[]
}

/**
 * Groups Datastreams into wholes. The total comes first; tariffs and phases are complete by definition, so either may stand
 * in for a total that is not read. Parts of any other name count only where there is no total: nobody knows whether they are
 * all of it. A Thing that is `partOf` another one in the list does not count beside it.
 */
export function wholesOf(streams: readonly DatastreamRow[], things: readonly ThingRow[]): Whole[] {
  const groups = [...Map.groupBy(streams, ({ thing, property }) => `${thing.id} ${property}`).values()]
  const wholes = groups.flatMap((own) => {
    const combinations = combinationsOf(own)
    const [first] = combinations
    const stream = first?.streams[0]
    return first && stream
      ? [{ thing: stream.thing, property: stream.property, combinations: [first, ...combinations.slice(1)] as const }]
      : []
  })
  return [...Map.groupBy(wholes, ({ property }) => property).values()].flatMap((same) => {
    const containerOf = containersIn(
      same.map(({ thing }) => thing),
      things,
    )
    const within = Map.groupBy(
      same.flatMap(({ thing }) => (containerOf(thing) ? [thing] : [])),
      (thing) => containerOf(thing)?.id,
    )
    return same
      .filter(({ thing }) => !containerOf(thing))
      .map((whole) => ({ ...whole, within: within.get(whole.thing.id) ?? [] }))
  })
}

/** Of Things that one number is asked of, those that are not part of another one among them. */
export function notWithin(counted: readonly ThingRow[], things: readonly ThingRow[]): ThingRow[] {
  const containerOf = containersIn(counted, things)
  return counted.filter((thing) => !containerOf(thing))
}

function combinationsOf(streams: readonly DatastreamRow[]): Combination[] {
  const by = (preference: number): DatastreamRow[] => streams.filter((stream) => stream.preference === preference)
  const [total, tariffs, phases, others, instead] = [0, 1, 2, 3, 4].map(by)
  const known = [total, tariffs, phases].flatMap((own) => own ?? [])
  const ranked = [total, tariffs, phases, known.length > 0 ? [] : others, instead]
  return ranked.flatMap((own): Combination[] =>
    own && own.length > 0 ? [{ how: own.length === 1 ? 'total' : 'parts', streams: own }] : [],
  )
}

/** The outermost Thing of the list that another one of it is part of, directly or through Things that are not in it. */
function containersIn(
  counted: readonly ThingRow[],
  things: readonly ThingRow[],
): (thing: ThingRow) => ThingRow | undefined {
  const ids = new Set(counted.map(({ id }) => id))
  const byKey = new Map(things.map((thing) => [thing.key, thing]))
  return (thing) => {
    let outermost: ThingRow | undefined
    const seen = new Set([thing.id])
    for (let at = containerOf(thing, byKey); at; at = containerOf(at, byKey)) {
      // Things that are part of each other contain nothing: both count, and the check of the pack says so.
      if (seen.has(at.id)) return undefined
      seen.add(at.id)
      if (ids.has(at.id)) outermost = at
    }
    return outermost
  }
}

const containerOf = ({ attributes }: ThingRow, byKey: ReadonlyMap<string, ThingRow>): ThingRow | undefined => {
  const key = attributes['partOf']
  return key === undefined ? undefined : byKey.get(String(key))
}
