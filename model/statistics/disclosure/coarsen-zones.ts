/** A zone with its respondents and where it lies, in any plane coordinates. */
export type ZoneSample = { readonly key: string; readonly n: number; readonly x: number; readonly y: number }
/** Zones that estimates take together. */
export type ZoneArea = { readonly key: string; readonly zones: readonly string[] }

type Area = { zones: string[]; n: number; x: number; y: number }

/**
 * Joins zones with fewer respondents than the threshold to the nearest other, the smallest first, until every area has
 * enough: a coarser map that says something instead of a fine one that is blank. Zones with enough stay by themselves
 * unless a neighbour needs them. Distances are between middles, weighted by respondents. That a zone is named in an area says that somebody
 * lives there, so an area of ten zones with ten respondents would have one in each: an area has half the threshold more than zones.
 * @returns the areas of more than one zone; all zones in one where there are not enough respondents for two
 */
export function coarsenZones(samples: readonly ZoneSample[], threshold: number): ZoneArea[] {
  let areas: Area[] = samples.filter(({ n }) => n > 0).map(({ key, n, x, y }) => ({ zones: [key], n, x, y }))
  for (;;) {
    const small = areas.filter((area) => isSmall(area, threshold)).sort((a, b) => a.n - b.n || order(a, b))[0]
    const others = areas.filter((area) => area !== small)
    if (!small || others.length === 0) break
    const squaredDistance = ({ x, y }: Area): number => (x - small.x) ** 2 + (y - small.y) ** 2
    const nearest = others.reduce((best, area) => (squaredDistance(area) < squaredDistance(best) ? area : best))
    areas = [...others.filter((area) => area !== nearest), joined(small, nearest)]
  }
  return areas
    .filter(({ zones }) => zones.length > 1)
    .map(({ zones }) => ({ key: zones.toSorted().join('+'), zones: zones.toSorted() }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

const isSmall = ({ n, zones }: Area, threshold: number): boolean =>
  n < threshold || (zones.length > 1 && n - zones.length < Math.ceil(threshold / 2))

const order = (a: Area, b: Area): number => ((a.zones[0] ?? '') < (b.zones[0] ?? '') ? -1 : 1)

function joined(a: Area, b: Area): Area {
  const n = a.n + b.n
  const middle = (axis: 'x' | 'y'): number => (a[axis] * a.n + b[axis] * b.n) / n
  return { zones: [...a.zones, ...b.zones], n, x: middle('x'), y: middle('y') }
}
