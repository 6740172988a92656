export type PopulationZone = { readonly key: string; readonly population: number; readonly rank: number }

/**
 * Zones in fifths of the people from the lowest rank (mean income) to the highest: a zone is in the fifth in which the
 * middle of its people falls. Zones are indivisible, so fifths are about equal and, in a city of few zones, some are empty.
 * @returns zone key -> 1 to 5
 */
export function fifthsOf(zones: readonly PopulationZone[]): ReadonlyMap<string, number> {
  const total = zones.reduce((sum, { population }) => sum + population, 0)
  const fifths = new Map<string, number>()
  let below = 0
  for (const { key, population } of zones.toSorted((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1))) {
    const middle = (below + population / 2) / total
    fifths.set(key, Math.min(5, 1 + Math.floor(5 * middle)))
    below += population
  }
  return fifths
}
