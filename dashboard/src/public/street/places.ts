import type { StreetsResponse } from '#model/api/street.ts'
import { fold } from '#model/text/fold.ts'

/** A street within one district, or a district. */
export type Place = { readonly zone: string; readonly district: string; readonly street: string | null }

const MAX_PLACES = 12

/** Places whose name begins with the text, then those with a word that does; a street in several districts once for each. */
export function placesFor(text: string, { zones, streets }: StreetsResponse): Place[] {
  const wanted = fold(text.trim())
  if (wanted === '') return []
  const districts = new Map(zones.map(({ key, name }) => [key, name]))
  const all: (Place & { readonly name: string })[] = [
    ...zones.map(({ key, name }) => ({ zone: key, district: name, street: null, name })),
    ...streets.flatMap(({ name, zones: keys }) =>
      keys.map((zone) => ({ zone, district: districts.get(zone) ?? zone, street: name, name })),
    ),
  ]
  const rank = ({ name }: { name: string }): number => {
    const own = fold(name)
    if (own.startsWith(wanted)) return 0
    return own.split(/[\s'’-]+/).some((word) => word.startsWith(wanted)) ? 1 : 2
  }
  return all
    .map((place) => ({ place, rank: rank(place) }))
    .filter((found) => found.rank < 2)
    .toSorted((a, b) => a.rank - b.rank || (a.place.name < b.place.name ? -1 : 1))
    .slice(0, MAX_PLACES)
    .map(({ place: { zone, district, street } }) => ({ zone, district, street }))
}
