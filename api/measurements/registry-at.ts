/**
 * The registry as it was at a time: the place that reads its history (table registry_history) for figures; thing-history.ts
 * reads it for lists and maps. Whatever is said of a period rests on what was valid at its end; what is not over rests on
 * what is valid now.
 */
import { zoneAt } from '#domain/city-pack/zone-at.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { Area } from '#model/basics/geo.ts'
import { localMidnight, offsetMs, type Period } from '#model/basics/period.ts'
import type { CityPack, YearFigures, ZoneByYear } from '#model/city/city-pack.ts'
import { byConfirmation } from './confirmed.ts'

/** The moment before `end`; `current` for the registry as it is. */
export type At = { readonly end: Date; readonly current: boolean }
/** The end of a period, or now where it is not over. */
export const atEndOf = ({ to }: Pick<Period, 'to'>, now: Date): At =>
  to < now ? { end: to, current: false } : { end: now, current: true }

export type Feature = { readonly geometry?: unknown; readonly properties?: Readonly<Record<string, unknown>> | null }
/** City-wide figures are null where they are not known of the time. */
export type CityAt = Omit<CityPack, 'population' | 'households'> & {
  readonly population: number | null
  readonly households: number | null
  readonly features: readonly Feature[]
  /** where the time lies before it: when the registry begins */
  readonly beginsLater: Date | null
}
export type ZoneAt = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly population: number | null
  readonly households: number | null
  readonly income: number | null
  /** the year of the income; null: that of `income` of the pack */
  readonly incomeYear: number | null
  readonly areaKm2: number
  readonly geometry: Area
  readonly attributes: Readonly<Record<string, unknown>>
}
export type ThingAt = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly kind: string
  readonly zoneId: number | null
  readonly simulated: boolean
  /** whether a person or the pack has confirmed it, by now */
  readonly verified: boolean
  readonly intervalSeconds: number | null
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** it belongs to the city at that time, by the registry alone: not only because it was heard before it was registered */
  readonly registered: boolean
}

// What is valid now holds to infinity: clocks of the database and of this process need not agree.
const instantOf = ({ end, current }: At): Date | string => (current ? 'infinity' : end)

// valid_from lies before and valid_to at or after the end of the requested period, which is exclusive.
const CITY = `
  select c.pack as now, h.state -> 'pack' as pack, h.state -> 'features' as features,
         (select min(valid_from) from registry_history where entity = 'city') as begins
  from city c
  left join registry_history h on h.entity = 'city' and h.valid_from < $1::timestamptz and h.valid_to >= $1::timestamptz`
type CityRow = {
  now: CityPack
  pack: CityPack | null
  features: { features?: Feature[] } | null
  begins: Date
}

/** Name, time zone, centre and whether it is simulated are those of today; undefined where no city is loaded. */
export async function cityAt(db: Queryable, at: At): Promise<CityAt | undefined> {
  const row = (await db.query<CityRow>(CITY, [instantOf(at)])).rows[0]
  if (!row) return undefined
  const { now, pack, features, begins } = row
  const figures = figuresOf(pack ?? {}, pack?.byYear, at, now.timeZone)
  const { income: _, landAreaKm2: _area, ...lasting } = now
  return {
    ...lasting,
    ...(pack?.income && { income: pack.income }),
    ...(pack?.landAreaKm2 !== undefined && { landAreaKm2: pack.landAreaKm2 }),
    ...figures,
    features: (features?.features ?? []).filter(({ properties }) => holdsAt(properties, at, now.timeZone)),
    beginsLater: pack ? null : begins,
  }
}

const ZONES = `
  select z.id, z.key, z.name, z.population, z.households, z.income, z.area_km2 as "areaKm2", z.geometry, z.attributes
  from registry_history h cross join lateral jsonb_populate_record(null::zone, h.state) z
  where h.entity = 'zone' and h.valid_from < $1::timestamptz and h.valid_to >= $1::timestamptz
  order by z.id`
const NAMES = `select id, key, name from zone order by id`
const NOWHERE: Area = { type: 'MultiPolygon', coordinates: [] }

/** Zones of the time. Before the registry begins nothing but the names of today's is given: no people, no area. */
export async function zonesAt(db: Queryable, at: At, { timeZone, beginsLater }: CityAt): Promise<ZoneAt[]> {
  if (beginsLater) {
    const unknown = {
      population: null,
      households: null,
      income: null,
      incomeYear: null,
      areaKm2: 0,
      geometry: NOWHERE,
      attributes: {},
    }
    return (await db.query<{ id: number; key: string; name: string }>(NAMES)).rows.map((row) => ({
      ...row,
      ...unknown,
    }))
  }
  return (await db.query<Omit<ZoneAt, 'incomeYear'>>(ZONES, [instantOf(at)])).rows.map((zone) => {
    const byYear = zone.attributes['byYear'] as ZoneByYear | undefined
    return { ...zone, ...figuresOf(zone, byYear, at, timeZone), ...incomeOf(zone, byYear, at, timeZone) }
  })
}

// The last state that began before the end. A Thing that was heard before it was registered is as it was registered.
const THINGS = `
  select t.id, t.key, s.name, s.kind, s.zone_id as "zoneId", t.simulated, t.verified, s.expected_interval_s as "intervalSeconds",
         s.lon, s.lat, s.attributes, h.valid_from < $1::timestamptz as registered
  from thing t
  cross join lateral (
    select state, valid_from from registry_history
    where entity = 'thing' and id = t.id
    order by valid_from < $1::timestamptz desc,
             case when valid_from < $1::timestamptz then valid_to end desc, valid_from
    limit 1
  ) h
  cross join lateral jsonb_populate_record(null::thing, h.state) s
  where t.id > $2 and t.id <= $3 and (h.valid_from < $1::timestamptz or exists (
    select from datastream d where d.thing_id = t.id and exists (
      select from observation_daily o where o.datastream_id = d.id and o.bucket < $1::timestamptz)))
  order by t.id`

const THINGS_NOW = `
  select id, key, name, kind, zone_id as "zoneId", simulated, verified, expected_interval_s as "intervalSeconds",
         attributes, true as registered
  from thing where id > $1 and id <= $2 order by id`

const LAST_ID = 'select coalesce(max(id), 0) as last from thing'
/** Read by one statement, which has seconds: a million Things take a minute. */
const THINGS_AT_ONCE = 100_000

async function inBatches<T extends object>(db: Queryable, statement: string, values: readonly unknown[]): Promise<T[]> {
  const last = (await db.query<{ last: number }>(LAST_ID)).rows[0]?.last ?? 0
  const all: T[] = []
  for (let after = 0; after < last; after += THINGS_AT_ONCE) {
    const { rows } = await db.query<T>(statement, [...values, after, after + THINGS_AT_ONCE])
    for (const row of rows) all.push(row)
  }
  return all
}

/** Things that were there at the end of the period, or were until some time within it; only `things` count. */
export async function thingsAt(
  db: Queryable,
  at: At,
  from: Date,
  city: CityAt,
): Promise<{ things: ThingAt[]; unconfirmed: ThingAt[] }> {
  const { timeZone } = city
  const rows = at.current ? await inBatches<ThingAt>(db, THINGS_NOW, []) : await thingsThen(db, at, city)
  const there = rows.flatMap((thing) => {
    const begun = holdsAt({ validFrom: thing.attributes['validFrom'] }, at, timeZone)
    const still = holdsAt({ validTo: thing.attributes['validTo'] }, { end: from, current: false }, timeZone)
    if (!begun || !still) return []
    return [{ ...thing, registered: thing.registered && holdsAt(thing.attributes, at, timeZone) }]
  })
  return byConfirmation(there)
}

type Placed = ThingAt & { readonly lon: number | null; readonly lat: number | null }

/** A Thing whose district was not there yet, or no more, was in the one that there was at its place. */
async function thingsThen(db: Queryable, at: At, city: CityAt): Promise<ThingAt[]> {
  const rows = await inBatches<Placed>(db, THINGS, [at.end])
  const zones = city.beginsLater ? [] : await zonesAt(db, at, city)
  const known = new Set(zones.map(({ id }) => id))
  return rows.map(({ lon, lat, ...thing }) => {
    const isPlaced = zones.length === 0 || (thing.zoneId !== null && known.has(thing.zoneId))
    if (isPlaced || lon === null || lat === null) return thing
    return { ...thing, zoneId: zoneAt([lon, lat], zones)?.id ?? null }
  })
}

/** Whether `validFrom` (inclusive) and `validTo` (exclusive; local dates) leave room for the moment before an instant. */
export function holdsAt(
  properties: Readonly<Record<string, unknown>> | null | undefined,
  { end }: At,
  timeZone: string,
): boolean {
  const last = end.getTime() - 1
  const [from, to] = [dayOf(properties?.['validFrom'], timeZone), dayOf(properties?.['validTo'], timeZone)]
  return (from === undefined || from <= last) && (to === undefined || to > last)
}

function dayOf(date: unknown, timeZone: string): number | undefined {
  const [year, month, day] = String(date ?? '')
    .split('-')
    .map(Number)
  if (!year || !month || !day) return undefined
  return localMidnight([year, month, day], timeZone).getTime()
}

type Figures = { readonly population?: number | null | undefined; readonly households?: number | null | undefined }

/** Figures of the year, where they are given by years: a year between or before them that is not given is not known. */
function figuresOf(
  latest: Figures,
  byYear: Readonly<Record<string, YearFigures>> | undefined,
  at: At,
  timeZone: string,
): { population: number | null; households: number | null } {
  const year = yearOf(at, timeZone)
  const stated = Object.entries(byYear ?? {}).filter(
    ([, of]) => of.population !== undefined || of.households !== undefined,
  )
  const years = stated.map(([of]) => Number(of))
  const own = stated.find(([of]) => Number(of) === year)?.[1]
  const found: Figures = own ?? (year > Math.max(...years, Number.NEGATIVE_INFINITY) ? latest : {})
  return { population: found.population ?? null, households: found.households ?? null }
}

/**
 * The income of the year, where incomes are given by years: a year between or before them that is not given is not known.
 * Without years the one of the pack stands for all, and is labelled with its own year.
 */
function incomeOf(
  { income }: { readonly income: number | null },
  byYear: ZoneByYear | undefined,
  at: At,
  timeZone: string,
): { income: number | null; incomeYear: number | null } {
  const year = yearOf(at, timeZone)
  const years = Object.entries(byYear ?? {}).flatMap(([of, figures]) =>
    figures.income === undefined ? [] : Number(of),
  )
  const own = byYear?.[String(year)]?.income
  if (own !== undefined) return { income: own, incomeYear: year }
  return { income: years.some((given) => given > year) ? null : income, incomeYear: null }
}

function yearOf({ end }: At, timeZone: string): number {
  const last = new Date(end.getTime() - 1)
  return new Date(last.getTime() + offsetMs(last, timeZone)).getUTCFullYear()
}
