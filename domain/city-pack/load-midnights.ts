import type { PoolClient } from '#infra/db/pool.ts'
import { localMidnight } from '#model/basics/period.ts'
import type { LoadedPack } from './read-pack.ts'

// Nothing is written, and no row locked, where the same is stored.
const STORE = `
  insert into city_midnight (day, at)
  select d.day, d.at from unnest($1::date[], $2::timestamptz[]) as d (day, at)
  where not exists (select from city_midnight m where m.day = d.day and m.at = d.at)
  on conflict (day) do update set at = excluded.at`

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/

/**
 * The instants at which the dates of a pack begin, before anything of it is written: the history of the registry then begins
 * with the same midnights as the periods that are computed in this process (migration 058_city_midnights).
 */
export async function loadMidnights(client: PoolClient, { city, zones, pastZones, things }: LoadedPack): Promise<void> {
  const declared: unknown[] = [city.validFrom]
  for (const zone of [...zones, ...pastZones]) declared.push(zone.validFrom, zone.validTo)
  for (const { attributes } of things) declared.push(attributes['validFrom'], attributes['validTo'])
  const midnights = [...new Set(declared)].flatMap((date) => {
    const [day, ...parts] = DATE.exec(String(date ?? '')) ?? []
    const [year = 0, month = 0, of = 0] = parts.map(Number)
    return day === undefined ? [] : [{ day, at: localMidnight([year, month, of], city.timeZone) }]
  })
  await client.query(STORE, [midnights.map(({ day }) => day), midnights.map(({ at }) => at)])
}
