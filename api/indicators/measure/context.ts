import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { Origin } from '#model/observation/origin.ts'
import { numberOf, type ThingRow, type ZoneRow } from '../../measurements/registry-snapshot.ts'
import type { Total } from '../../measurements/totals.ts'
import { type Inputs, MIN_DATA_CAPTURE } from '../inputs/inputs.ts'
import type { Excluded } from './outcome.ts'

/** The entire city, or one of its zones. */
export type Scope = { readonly zone: ZoneRow | null }

/** What every computation sees without a query: the registry snapshot of the period, and the place asked for. */
export type Place = Pick<Inputs, 'period' | 'hours' | 'registry' | 'datastreams' | 'totals'> & Scope

export { MIN_DATA_CAPTURE }

export const percentText = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`

export const inScope = (thing: ThingRow, { zone }: Scope): boolean => zone === null || thing.zoneId === zone.id

/** Why a Thing is left out that was not heard in enough of the hours; undefined where it counts. */
export function tooSilent(thing: ThingRow, heard: ReadonlyMap<number, number>, { hours }: Place): Excluded | undefined {
  const share = hours.count === 0 ? 0 : Math.min(1, (heard.get(thing.id) ?? 0) / hours.count)
  if (share >= MIN_DATA_CAPTURE) return undefined
  return {
    what: thing.name,
    why: share === 0 ? 'nothing heard in the period' : `heard in ${percentText(share)} of the hours`,
  }
}

export const nameOf = ({ zone, registry }: Place): string => zone?.name ?? registry.city.name

/** The zone, or all zones of the city. */
export const zonesOf = ({ zone, registry }: Place): readonly ZoneRow[] => (zone ? [zone] : registry.zones)

/** Totals of Things that lie in the place. */
export const totalsIn = (
  place: Place,
  properties: readonly string[],
  kinds?: readonly string[],
  isCounted?: (thing: ThingRow) => boolean,
): Total[] => place.totals(properties, kinds, isCounted).filter(({ thing }) => inScope(thing, place))

/** Simulated readings are labelled as such, whatever else they are. */
export const isSimulated = ({ registry }: Pick<Place, 'registry'>, things: readonly ThingRow[]): boolean =>
  registry.city.simulated || things.some(({ simulated }) => simulated)

export const originOf = (simulated: boolean, origin: Origin): Origin => (simulated ? 'simulated' : origin)

/** The inhabitants of the city or the zone as evidence; undefined where the population is not known. */
export function population({ registry: { city }, zone }: Pick<Place, 'registry' | 'zone'>): Evidence | undefined {
  const value = zone ? zone.population : city.population
  if (value === null) return undefined
  const ref = zone ? `zone ${zone.key}` : 'city.json'
  return leaf({
    label: `Inhabitants of ${zone?.name ?? city.name}`,
    value,
    unit: 'inhabitants',
    origin: originOf(city.simulated, 'reported'),
    ref,
  })
}

export const sumOf = (label: string, unit: string, origin: Origin, parts: Evidence[]): Evidence =>
  node({ label, unit, method: 'sum', origin }, parts)

/** A numeric attribute of a Thing or zone as the registry states it. */
export function attributeOf(
  from: ThingRow | ZoneRow,
  attribute: string,
  { label = from.name, unit, origin }: { label?: string; unit: string; origin: Origin },
): Evidence {
  const ref = 'kind' in from ? `thing ${from.key}, attribute ${attribute}` : `zone ${from.key}, property ${attribute}`
  return leaf({ label, value: numberOf(from, attribute) ?? null, unit, origin, ref })
}

/** Shares of the observations behind a leaf. */
export const qualityOf = ({ n, good, suspect }: Counted): NonNullable<Evidence['quality']> => ({
  good: good / n,
  suspect: suspect / n,
  failed: (n - good - suspect) / n,
})
type Counted = { readonly n: number; readonly good: number; readonly suspect: number }

/** What a mean would be with its suspect observations, for its leaf; nothing where it has none. */
export const withSuspectIn = ({ suspect, withSuspect }: { suspect: number; withSuspect: number | null }) =>
  suspect > 0 && withSuspect !== null ? { withSuspect } : {}

/** Separates what was read from what has to be left out. */
export function separated(results: readonly (Evidence | Excluded)[]): { read: Evidence[]; excluded: Excluded[] } {
  return {
    read: results.flatMap((result) => ('why' in result ? [] : [result])),
    excluded: results.flatMap((result) => ('why' in result ? [result] : [])),
  }
}

/** One evidence per instrument. Instruments of one Thing share its weight: a second one must not make it count twice. */
export function instrumentsOf(
  totals: readonly Total[],
  evidenceOf: (stream: Total['combinations'][0]['streams'][number]) => Evidence | Excluded,
): { read: Evidence[]; things: ThingRow[]; excluded: Excluded[] } {
  const perThing = totals.map(({ thing, combinations: [{ streams }] }) => ({
    thing,
    ...separated(streams.map(evidenceOf)),
  }))
  return {
    read: perThing.flatMap(({ read }) => read.map((one) => ({ ...one, weight: (one.weight ?? 1) / read.length }))),
    things: perThing.flatMap(({ thing, read }) => (read.length > 0 ? [thing] : [])),
    excluded: perThing.flatMap(({ excluded }) => excluded),
  }
}

export const countIn = (nodes: readonly Evidence[]): number => nodes.reduce((sum, { n }) => sum + (n ?? 0), 0)

export const meanCapture = (nodes: readonly Evidence[]): number | null =>
  nodes.length === 0 ? null : nodes.reduce((sum, { dataCapture }) => sum + (dataCapture ?? 0), 0) / nodes.length
