import { zoneAt } from '#domain/city-pack/zone-at.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { StreetsResponse } from '#model/api/street.ts'
import type { Position } from '#model/basics/geo.ts'
import { selectZones } from '../queries/zones.ts'

// only what has a name and is a street: a base map may have a hundred thousand buildings
const STREETS = `
  select f -> 'properties' ->> 'name' as name, f -> 'geometry' as geometry
  from city, jsonb_array_elements(base_map -> 'features') f
  where f -> 'properties' ->> 'layer' = 'street' and coalesce(f -> 'properties' ->> 'name', '') <> ''`

type Line =
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }

/** Streets by name with the zones that their points lie in; what lies in no zone is left out. */
export async function streets(db: Queryable): Promise<StreetsResponse> {
  const zones = await selectZones(db)
  const { rows } = await db.query<{ name: string; geometry: Line }>(STREETS)
  const found = new Map<string, Map<string, Position[]>>()
  for (const { name, geometry } of rows) {
    const points = geometry.type === 'LineString' ? geometry.coordinates : geometry.coordinates.flat()
    const own = found.get(name) ?? new Map<string, Position[]>()
    for (const point of points) {
      const zone = zoneAt(point, zones)
      if (!zone) continue
      const inZone = own.get(zone.key)
      if (inZone) inZone.push(point)
      else own.set(zone.key, [point])
    }
    if (own.size > 0) found.set(name, own)
  }
  return {
    zones: zones.map(({ key, name }) => ({ key, name })),
    streets: [...found]
      .map(([name, own]) => {
        const keys = [...own.keys()].sort()
        return { name, zones: keys, points: keys.map((key) => middleOf(own.get(key) ?? [])) }
      })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** Of the points the one nearest to their mean, so that it lies on the street. Distances by degrees, of latitude and shortened longitude. */
function middleOf(points: readonly Position[]): Position {
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)]
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [lon, lat] = [mean(lons), mean(lats)]
  const shortened = Math.cos((lat * Math.PI) / 180)
  const distance = ([x, y]: Position): number => Math.hypot((x - lon) * shortened, y - lat)
  return points.reduce((best, point) => (distance(point) < distance(best) ? point : best))
}
