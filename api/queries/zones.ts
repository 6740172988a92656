import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Area } from '#model/basics/geo.ts'
import type { MoneyUnit } from '#model/basics/money.ts'
import { cityAt, zonesAt } from '../measurements/registry-at.ts'

export type ZoneRow = {
  id: number
  key: string
  name: string
  population: number | null
  households: number | null
  income: number | null
  incomeUnit: MoneyUnit | null
  area_km2: number
  geometry: Area
  things: number
}

const ZONES = `
  select z.id, z.key, z.name, z.population, z.households, z.income,
         (select pack -> 'income' from city) as "incomeUnit", z.area_km2, z.geometry,
         (select count(*) from thing t where t.zone_id = z.id) as things
  from zone z
  order by z.key`

/** Zones as they were at a time; `things` are those that stand there now. */
export async function selectZonesAt(db: Queryable, end: Date): Promise<ZoneRow[]> {
  const at = { end, current: false }
  const city = await cityAt(db, at)
  if (!city || city.beginsLater) return []
  const things = new Map((await selectZones(db)).map((zone) => [zone.key, zone.things]))
  return (await zonesAt(db, at, city)).map(({ areaKm2, attributes: _, ...zone }) => ({
    ...zone,
    ...{ area_km2: areaKm2, incomeUnit: city.income ?? null, things: things.get(zone.key) ?? 0 },
  }))
}

export async function selectZones(db: Queryable): Promise<ZoneRow[]> {
  return (await db.query<ZoneRow>({ name: 'api-zones', text: ZONES })).rows
}

/** @throws AppError ZONE_UNKNOWN */
export async function requireZone(db: Queryable, key: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>({
    name: 'api-zone',
    text: 'select id from zone where key = $1',
    values: [key],
  })
  const id = rows[0]?.id
  if (id === undefined) throw new AppError('ZONE_UNKNOWN', key)
  return id
}

const KEY_EVER = `
  select exists (select from zone where key = $1)
      or exists (select from registry_history where entity = 'zone' and state ->> 'key' = $1) as known`

/**
 * A district of any time: figures of a period are those of the districts that there were.
 * @throws AppError ZONE_UNKNOWN
 */
export async function requireZoneEver(db: Queryable, key: string): Promise<void> {
  const { rows } = await db.query<{ known: boolean }>({ name: 'api-zone-ever', text: KEY_EVER, values: [key] })
  if (!rows[0]?.known) throw new AppError('ZONE_UNKNOWN', key)
}
