import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Area, Bounds, Position } from '#model/basics/geo.ts'
import { localMonth } from '#model/basics/period.ts'
import { type CityPack, cityPackSchema } from '#model/city/city-pack.ts'
import type { LanguageFile } from '#model/city/language-file.ts'
import type { Domain } from '#model/things/domain.ts'

export type CityFacts = {
  pack: CityPack
  /** tags of the languages that the pack adds messages to */
  languages: string[]
  zones: number
  things: number
  domains: { domain: Domain; things: number }[]
  /** of the zones, else of the Things, else the centre */
  bounds: Bounds
  /** when districts began, split or merged, after the first ones; the newest last */
  districtChanges: string[]
}

/** More would be registrations of districts one by one. */
const MAX_CHANGES = 100

const CITY = `
  select pack - 'languages' as pack,
         array(select jsonb_object_keys(pack -> 'languages') order by 1) as languages,
         (select count(*) from zone) as zones,
         (select coalesce(json_agg(json_build_object('domain', d.domain, 'things', d.n) order by d.domain), '[]')
          from (select domain, count(*) as n from thing group by domain) d) as domains,
         (select json_build_array(min(lon), min(lat), max(lon), max(lat)) from thing) as thing_bounds,
         (select json_agg(geometry) from zone) as areas,
         (select coalesce(json_agg(since order by since), '[]') from (
            select distinct min(valid_from) as since from registry_history where entity = 'zone' group by id) begun
          where since > (select min(valid_from) from registry_history where entity = 'zone')) as changes
  from city`

type CityRow = {
  pack: unknown
  languages: string[]
  zones: number
  domains: { domain: Domain; things: number }[]
  thing_bounds: [number | null, number | null, number | null, number | null]
  areas: Area[] | null
  changes: string[]
}

/** @throws AppError NOT_FOUND before a city pack was loaded */
export async function selectCity(db: Queryable): Promise<CityFacts> {
  const { rows } = await db.query<CityRow>({ name: 'api-city', text: CITY })
  const row = rows[0]
  if (!row) throw new AppError('NOT_FOUND', 'a city (no city pack was loaded into this database)')
  const pack = cityPackSchema.parse(row.pack)
  return {
    pack,
    languages: row.languages,
    zones: row.zones,
    domains: row.domains,
    things: row.domains.reduce((sum, domain) => sum + domain.things, 0),
    districtChanges: row.changes.slice(-MAX_CHANGES).map((since) => new Date(since).toISOString()),
    bounds: boundsOf(row.areas ?? []) ?? wholeBounds(row.thing_bounds) ?? around(pack.centre),
  }
}

function boundsOf(areas: readonly Area[]): Bounds | undefined {
  const positions = areas.flatMap((area) =>
    (area.type === 'Polygon' ? area.coordinates : area.coordinates.flat()).flat(),
  )
  const first = positions[0]
  if (!first) return undefined
  let [west, south] = first
  let [east, north] = first
  for (const [lon, lat] of positions) {
    west = Math.min(west, lon)
    east = Math.max(east, lon)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  return [west, south, east, north]
}

function wholeBounds([west, south, east, north]: CityRow['thing_bounds']): Bounds | undefined {
  if (west === null || south === null || east === null || north === null) return undefined
  return [west, south, east, north]
}

const around = ([lon, lat]: Position): Bounds => [lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05]

/** Messages of a language of the pack; undefined where it has none in this one. */
export async function selectLanguage(db: Queryable, tag: string): Promise<LanguageFile | undefined> {
  const { rows } = await db.query<{ messages: LanguageFile | null }>({
    name: 'api-language',
    text: `select pack -> 'languages' -> $1 as messages from city`,
    values: [tag],
  })
  return rows[0]?.messages ?? undefined
}

/** IANA time zone of the city; undefined where no city is loaded. */
/** The calendar year that it is in the city. */
export async function currentYear(db: Queryable, now: Date): Promise<number> {
  return localMonth(now, (await selectTimeZone(db)) ?? 'UTC').year
}

export async function selectTimeZone(db: Queryable): Promise<string | undefined> {
  return (await db.query<{ zone: string }>(`select pack ->> 'timeZone' as zone from city`)).rows[0]?.zone
}

/** When the pack was loaded, in milliseconds: the version of the base map. */
export async function selectMapVersion(db: Queryable): Promise<number | undefined> {
  const { rows } = await db.query<{ loaded_at: Date }>({ name: 'api-map-version', text: 'select loaded_at from city' })
  return rows[0]?.loaded_at.getTime()
}

/** The base map as GeoJSON text, handed on unread; null when the pack has none. */
export async function selectBaseMap(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ map: string | null }>({
    name: 'api-map',
    text: 'select base_map::text as map from city',
  })
  return rows[0]?.map ?? null
}
