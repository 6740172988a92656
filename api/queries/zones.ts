import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/errors.ts'
import type { Area } from '#model/geo.ts'
import type { MoneyUnit } from '#model/money.ts'

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
