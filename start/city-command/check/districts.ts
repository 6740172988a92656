import { overlaps } from '#domain/city-pack/geometry/overlaps.ts'
import { medianOf, middleOf, placeText } from '#domain/city-pack/geometry/read-collection.ts'
import { isSwappedIn, placeOfTimeZone } from '#domain/city-pack/geometry/time-zone-place.ts'
import type { PackProblems } from '#domain/city-pack/problems/pack-problems.ts'
import type { LoadedPack } from '#domain/city-pack/read-pack.ts'
import type { LoadedZone } from '#domain/city-pack/read-zones.ts'
import type { Position } from '#model/basics/geo.ts'

const FILE = 'zones.geojson'
/** A district over so many others is the outline of the city. */
const OUTLINE = 3
const ALWAYS = ['0000', '9999'] as const

/**
 * What is probably wrong with districts that can be read: a city starts with them all the same, because it may have run with them
 * for years.
 */
export async function checkDistricts({ city, zones, pastZones }: LoadedPack, problems: PackProblems): Promise<void> {
  const all = [...zones, ...pastZones]
  if (all.length === 0) return
  const usual = medianOf(all.map(({ geometry }) => middleOf(positionsOf(geometry)).middle))
  if (await isSwappedIn(city.timeZone, usual)) {
    const place = placeText((await placeOfTimeZone(city.timeZone)) ?? usual)
    const what = `coordinates such as ${placeText(usual)} are probably [latitude, longitude], because ${city.timeZone} is near ${place}; valid: longitude first, here and in the centre of city.json`
    problems.add(FILE, '', what)
    return
  }
  checkOverlaps(all, problems)
}

const nameOf = (zone: LoadedZone | undefined): string => `zone "${zone?.key}" (${zone?.name})`
const positionsOf = ({ coordinates }: LoadedZone['geometry']): Position[] =>
  coordinates.flat(Array.isArray(coordinates[0]?.[0]?.[0]) ? 2 : 1) as Position[]

function checkOverlaps(zones: readonly LoadedZone[], problems: PackProblems): void {
  const found = overlaps(
    zones.map(({ geometry, validFrom, validTo }) => ({
      ...{ geometry, from: validFrom ?? ALWAYS[0], to: validTo ?? ALWAYS[1] },
    })),
  )
  const times = (at: number): number => found.filter(({ one, other }) => one === at || other === at).length
  const outlines = new Set(zones.keys().filter((at) => times(at) >= OUTLINE && times(at) > found.length / 3))
  for (const at of outlines)
    problems.add(
      FILE,
      nameOf(zones[at]),
      `lies over ${times(at)} other districts; districts must not overlap, so that an outline of the city is none`,
      `outline ${at}`,
    )
  for (const { one, other, share } of found) {
    if (outlines.has(one) || outlines.has(other)) continue
    const what = `${Math.round(share * 100)} % of it lies in ${nameOf(zones[other])}, too; districts must not overlap`
    problems.add(FILE, nameOf(zones[one]), what, 'overlap')
  }
}
