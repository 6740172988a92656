import area from '@turf/area'
import type { PoolClient } from '#infra/db/pool.ts'
import type { Position } from '#model/basics/geo.ts'
import type { LoadedZone } from './read-zones.ts'
import { zoneAt } from './zone-at.ts'

/** Whether the pack declares since when it holds, and the pack before did not say the same. */
export const DECLARED = `coalesce(current_setting('citywell.valid_from', true), '') <> ''`

const rowOf = (zone: LoadedZone) => ({
  key: zone.key,
  name: zone.name,
  population: zone.population ?? null,
  households: zone.households ?? null,
  income: zone.income ?? null,
  area_km2: area(zone.geometry as never) / 1e6,
  geometry: zone.geometry,
  attributes: zone.attributes,
})

/** Districts of today in the registry, those of the past in its history only. */
export async function loadZones(
  client: PoolClient,
  { zones, pastZones }: { readonly zones: LoadedZone[]; readonly pastZones: LoadedZone[] },
): Promise<void> {
  await client.query(
    `insert into zone (key, name, population, households, income, area_km2, geometry, attributes)
     select z.* from jsonb_to_recordset($1::jsonb) as z
       (key text, name text, population int, households int, income float8, area_km2 float8, geometry jsonb, attributes jsonb)
     left join zone on zone.key = z.key
     where ${DECLARED} or (zone.key, zone.name, zone.population, zone.households, zone.income, zone.area_km2, zone.geometry, zone.attributes)
       is distinct from (z.key, z.name, z.population, z.households, z.income, z.area_km2, z.geometry, z.attributes)
     on conflict (key) do update set
       name = excluded.name, population = excluded.population, households = excluded.households, income = excluded.income,
       area_km2 = excluded.area_km2, geometry = excluded.geometry, attributes = excluded.attributes`,
    [JSON.stringify(zones.map(rowOf))],
  )
  // One that was there until now ends when it says so: the history of the registry reads it (migration 048_district_changes).
  for (const { key, validTo } of pastZones)
    await client.query(
      `update zone set attributes = attributes || jsonb_build_object('validTo', $2::text)
       where key = $1 and attributes ->> 'validTo' is distinct from $2`,
      [key, validTo],
    )
  await client.query('delete from zone where key <> all($1::text[])', [zones.map((zone) => zone.key)])
  for (const zone of pastZones) await loadPastZone(client, zone)
  await placeThings(client, zones)
}

const FIND_PAST = `
  select id, min(valid_from) as begins, max(valid_from) as newest from registry_history
  where entity = 'zone' and state ->> 'key' = $1 group by id order by max(valid_to) desc limit 1`
const CHANGE_PAST = `
  with declared as (select registry_midnight($4) as "from", registry_midnight($5) as "to")
  update registry_history h set
    state = case when h.valid_from = $3 then h.state || $6::jsonb else h.state end,
    valid_from = case when h.valid_from = $2 then coalesce(d.from, h.valid_from) else h.valid_from end,
    valid_to = case when h.valid_from = $3 then d.to else h.valid_to end
  from declared d where h.entity = 'zone' and h.id = $1 and
    (h.valid_from = $3 and (h.valid_to is distinct from d.to or not h.state @> $6::jsonb) or h.valid_from = $2 and h.valid_from <> d.from)`
// One that says not since when has been there since the city is known.
const INSERT_PAST = `
  insert into registry_history (entity, id, state, valid_from, valid_to)
  select 'zone', n.id, $1::jsonb || jsonb_build_object('id', n.id), p.from, p.to
  from (select nextval(pg_get_serial_sequence('zone', 'id'))::int as id) n,
       (select coalesce(registry_midnight($2), (select min(valid_from) from registry_history where entity = 'city')) as "from",
               registry_midnight($3) as "to") p
  where p.from < p.to`

/** A district that has ended. What the registry has recorded of it stays; dates and the newest state are those of the pack. */
async function loadPastZone(client: PoolClient, zone: LoadedZone): Promise<void> {
  const { key, validFrom = null, validTo } = zone
  const state = JSON.stringify(rowOf(zone))
  type Past = { id: number; begins: Date; newest: Date }
  const known = (await client.query<Past>(FIND_PAST, [key])).rows[0]
  if (!known) await client.query(INSERT_PAST, [state, validFrom, validTo])
  else await client.query(CHANGE_PAST, [known.id, known.begins, known.newest, validFrom, validTo, state])
}

/** Things that registered themselves lie in the districts that there are now. */
async function placeThings(client: PoolClient, zones: readonly LoadedZone[]): Promise<void> {
  const { rows } = await client.query<{ id: number; place: Position }>(
    `select id, array[lon, lat] as place from thing where zone_id is null and lon is not null and lat is not null`,
  )
  const placed = rows.flatMap(({ id, place }) => {
    const zone = zoneAt(place, zones)
    return zone ? [{ id, key: zone.key }] : []
  })
  await client.query(
    `update thing set zone_id = zone.id from jsonb_to_recordset($1::jsonb) as p (id int, key text)
     join zone on zone.key = p.key where thing.id = p.id`,
    [JSON.stringify(placed)],
  )
}
