import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import type { StreetsResponse } from '#model/api/street.ts'
import type { Area, Bounds, Position } from '#model/basics/geo.ts'
import { fold } from '#model/text/fold.ts'
import { pointOf } from '../layer-model/things.ts'
import { NO_MATCH, RANKS, rankOf } from './rank.ts'

export const PLACE_KINDS = ['zone', 'street', 'thing'] as const
export type PlaceKind = (typeof PLACE_KINDS)[number]

/** What can be searched: a district, a street within a district, or a device. */
export type Place = {
  readonly kind: PlaceKind
  /** of the selection: what follows the colon */
  readonly key: string
  readonly name: string
  /** the district of a street, the identifier of a device */
  readonly detail: string
  /** null for a device without a place */
  readonly bounds: Bounds | null
}
/** Sorted by what is compared, so that the first matches found are the first in order. */
export type PlaceIndex = readonly { readonly place: Place; readonly name: string; readonly key: string }[]
/** The best matches of one kind, and of how many. */
export type PlaceGroup = { readonly kind: PlaceKind; readonly places: readonly Place[]; readonly total: number }

const MAX_PER_KIND = 6
/** Length of the longest text that is searched for. */
const MAX_TEXT = 80

export type Searched = {
  readonly zones: ZoneFeatures
  readonly streets: StreetsResponse | undefined
  readonly things: readonly ThingFeature[]
}

export const streetKey = (zone: string, name: string): string => `${zone}/${name}`

/** The zone and name of a street that is selected, or null for a malformed key. */
export function parseStreetKey(key: string): { readonly zone: string; readonly name: string } | null {
  const slash = key.indexOf('/')
  return slash > 0 && slash < key.length - 1 ? { zone: key.slice(0, slash), name: key.slice(slash + 1) } : null
}

/** Where a street lies in a district; undefined for one that the base map does not name there. */
export function pointOfStreet(key: string, { streets }: StreetsResponse): Position | undefined {
  const wanted = parseStreetKey(key)
  const street = streets.find(({ name }) => name === wanted?.name)
  return street?.points[street.zones.indexOf(wanted?.zone ?? '')]
}

export function placeIndex({ zones, streets, things }: Searched): PlaceIndex {
  const districts = new Map(zones.features.map(({ properties: { key, name } }) => [key, name]))
  const places: Place[] = [
    ...zones.features.map(({ properties: { key, name }, geometry }): Place => {
      return { kind: 'zone', key, name, detail: '', bounds: boundsOf(geometry) }
    }),
    ...(streets?.streets ?? []).flatMap(({ name, zones: keys, points }) =>
      keys.map((zone, k): Place => {
        const bounds = around(points[k])
        return { kind: 'street', key: streetKey(zone, name), name, detail: districts.get(zone) ?? zone, bounds }
      }),
    ),
    ...things.map((thing): Place => {
      const { key, name } = thing.properties
      return { kind: 'thing', key, name, detail: key === name ? '' : key, bounds: around(pointOf(thing) ?? undefined) }
    }),
  ]
  return places
    .map((place) => ({ place, name: fold(place.name), key: place.kind === 'thing' ? fold(place.key) : '' }))
    .toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
}

/** Better first: names that begin with the text, then those with a word that does, then any other part, then all its words in any order. */
export function findPlaces(text: string, index: PlaceIndex): PlaceGroup[] {
  const wanted = fold(text.trim().slice(0, MAX_TEXT))
  if (wanted === '') return []
  const words = wanted.split(/\s+/)
  const found = new Map(PLACE_KINDS.map((kind) => [kind, { total: 0, byRank: RANKS.map((): Place[] => []) }]))
  for (const { place, name, key } of index) {
    const rank = Math.min(rankOf(name, wanted, words), key === '' ? NO_MATCH : rankOf(key, wanted, words))
    const group = found.get(place.kind)
    const list = group?.byRank[rank]
    if (!group || !list) continue
    group.total += 1
    if (list.length < MAX_PER_KIND) list.push(place)
  }
  return [...found]
    .filter(([, { total }]) => total > 0)
    .map(([kind, { total, byRank }]) => ({ kind, total, byRank, best: byRank.findIndex(({ length }) => length > 0) }))
    .toSorted((a, b) => a.best - b.best)
    .map(({ kind, total, byRank }) => ({ kind, total, places: byRank.flat().slice(0, MAX_PER_KIND) }))
}

function boundsOf({ type, coordinates }: Area): Bounds {
  const points = type === 'Polygon' ? coordinates.flat() : coordinates.flat(2)
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)]
  return [least(lons), least(lats), -least(lons.map((lon) => -lon)), -least(lats.map((lat) => -lat))]
}
// Math.min(...values) has a limit of arguments
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)

const around = (point: Position | undefined): Bounds | null => (point ? [...point, ...point] : null)
