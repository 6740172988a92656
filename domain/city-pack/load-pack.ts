import { ADVISORY_LOCKS } from '#infra/db/advisory-locks.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import type { ThingRow } from '#model/city/city-pack.ts'
import { loadGoals } from './load-goals.ts'
import { loadMidnights } from './load-midnights.ts'
import { loadPeers } from './load-peers.ts'
import { loadReported } from './load-reported.ts'
import { loadSurveys } from './load-surveys.ts'
import { DECLARED, loadZones } from './load-zones.ts'
import type { LoadedPack } from './read-pack.ts'
import { pointOf, zoneAt } from './zone-at.ts'

/**
 * Brings the database in line with a pack, all or nothing. What a person changed later through the API is kept:
 * Things already registered keep their name, grade and verification; Things that are gone from the pack stay, with
 * their history; a survey that a person imported or erased is left as it is.
 * A pack that is loaded already is read and compared, and no row of the registry is written.
 * @param onThings of a large pack: how many Things are stored so far
 * @returns ids of surveys of the pack that were left alone
 */
export async function loadCityPack(
  pool: Pool,
  pack: LoadedPack,
  onThings?: (stored: number, total: number) => void,
): Promise<{ surveysLeft: string[] }> {
  const hadQuarters = await hasQuarters(pool)
  const loaded = await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.cityPack])
    await assertSameCity(client, pack)
    await loadMidnights(client, pack)
    await declareValidity(client, pack)
    await loadCity(client, pack)
    await loadZones(client, pack)
    await loadThings(client, pack, onThings)
    await loadReported(client, pack)
    await loadGoals(client, pack)
    await loadPeers(client, pack)
    await noteLoaded(client)
    return { surveysLeft: await loadSurveys(client, pack) }
  })
  // The city moved to a clock that is off UTC by part of an hour: what was measured before has no quarters yet (migration 022).
  if (hadQuarters === false && (await hasQuarters(pool)))
    await pool.query(`call refresh_continuous_aggregate('observation_quarter', null, null, force => true)`)
  return loaded
}

/** Undefined without a city. */
async function hasQuarters(pool: Pool): Promise<boolean | undefined> {
  const { rows } = await pool.query<{ quarters: boolean }>('select quarter_hours as quarters from city')
  return rows[0]?.quarters
}

/** One database holds one city: two would mix their Things and indicators. */
async function assertSameCity(client: PoolClient, { city, folder }: LoadedPack): Promise<void> {
  const { rows } = await client.query<{ id: string | null; name: string }>(
    `select pack ->> 'id' as id, pack ->> 'name' as name from city`,
  )
  const [present] = rows
  // A pack that gets its id later keeps its name that once; afterwards the id alone tells cities apart.
  const isSame = present?.id && city.id ? present.id === city.id : present?.name === city.name
  if (!present || isSame) return
  const label = (of: { id?: string | null | undefined; name: string }): string =>
    `"${of.name}"${of.id ? ` (id ${of.id})` : ''}`
  throw new AppError(
    'CITY_MISMATCH',
    `the database holds the city ${label(present)}, and ${folder} is ${label(city)}; a name can be corrected once the pack has been loaded with an "id" in city.json; otherwise give each city a database of its own: DATA_DIR=<another folder>, or another DATABASE_URL`,
  )
}

/**
 * Tells the history of the registry since when what this pack changes has been so (migration 024_registry_history): the date
 * that the pack declares, unless the pack before declared the same.
 */
async function declareValidity(client: PoolClient, { city: { validFrom } }: LoadedPack): Promise<void> {
  await client.query(
    `select set_config('citywell.valid_from', case when b.before is distinct from $1 then coalesce($1, '') else '' end, true)
     from (select (select pack ->> 'validFrom' from city) as before) b`,
    [validFrom ?? null],
  )
}

async function loadCity(
  client: PoolClient,
  { city, baseMap, features, airStandards, languages }: LoadedPack,
): Promise<void> {
  await client.query(
    `insert into city (id, pack, base_map, features, air_standards)
     select 1, $1::jsonb, $2::jsonb, $3::jsonb, $4::jsonb
     where not exists (
       select from city where (pack, base_map, features, air_standards) is not distinct from ($1::jsonb, $2::jsonb, $3::jsonb, $4::jsonb))
     on conflict (id) do update
       set pack = excluded.pack, base_map = excluded.base_map, features = excluded.features,
           air_standards = excluded.air_standards`,
    [JSON.stringify({ ...city, languages }), json(baseMap), json(features), JSON.stringify(airStandards)],
  )
}

/** Readers of the registry see by it that they have to read again; only a transaction that has written has an id. */
async function noteLoaded(client: PoolClient): Promise<void> {
  await client.query('update city set loaded_at = now() where pg_current_xact_id_if_assigned() is not null')
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

/** Of a million Things at once the parameter would be larger than PostgreSQL accepts (256 MiB of jsonb). */
const THINGS_AT_ONCE = 10_000

async function loadThings(
  client: PoolClient,
  { city, things, zones }: LoadedPack,
  onThings?: (stored: number, total: number) => void,
): Promise<void> {
  const chosen = await oneRowEach(client, things)
  for (let from = 0; from < chosen.length; from += THINGS_AT_ONCE) {
    const rows = chosen.slice(from, from + THINGS_AT_ONCE).map((thing) => {
      const point = thing.place && pointOf(thing.place)
      return {
        key: thing.key,
        name: thing.name,
        domain: thing.domain,
        kind: thing.kind,
        grade: thing.grade,
        simulated: city.simulated,
        geometry: thing.place ?? null,
        lon: point?.[0] ?? null,
        lat: point?.[1] ?? null,
        zone: (point && zoneAt(point, zones)?.key) ?? null,
        expected_interval_s: thing.expectedIntervalSeconds ?? null,
        attributes: thing.attributes,
        device: thing.device ?? null,
      }
    })
    await client.query(INSERT_THINGS, [JSON.stringify(rows)])
    await client.query(INSERT_DEVICES, [JSON.stringify(rows.filter((row) => row.device !== null))])
    if (chosen.length > THINGS_AT_ONCE) onThings?.(from + rows.length, chosen.length)
  }
}

/** The row under its present key, where the pack has the former key of a Thing as well. */
async function oneRowEach(client: PoolClient, things: readonly ThingRow[]): Promise<ThingRow[]> {
  const { rows } = await client.query<{ former: string; present: string }>(
    `select substr(d.device, 5) as former, t.key as present from thing_device d join thing t on t.id = d.thing_id
     where d.device like 'key/%' and d.merged is not true and t.key <> substr(d.device, 5)`,
  )
  const renamed = new Map(rows.map(({ former, present }) => [former, present]))
  const taken = new Set(things.flatMap(({ key }) => (renamed.has(key) ? [] : [key])))
  return things.filter(({ key }) => {
    const present = renamed.get(key)
    if (present === undefined) return true
    if (taken.has(present)) return false
    taken.add(present)
    return true
  })
}

// A Thing that provisioned itself before its registry row came is completed and counts as verified from then on. What a
// person has edited stays; a row under a former key is that of the Thing it now leads to, or of none when it was merged.
const MERGED = `
    case when 'kind' = any(thing.edited) then thing.kind else given.kind end,
    case when 'place' = any(thing.edited) then thing.geometry else coalesce(given.geometry, thing.geometry) end,
    case when 'place' = any(thing.edited) then thing.lon else coalesce(given.lon, thing.lon) end,
    case when 'place' = any(thing.edited) then thing.lat else coalesce(given.lat, thing.lat) end,
    case when 'place' = any(thing.edited) then thing.zone_id else coalesce(given.zone_id, thing.zone_id) end,
    case when 'interval' = any(thing.edited) then thing.expected_interval_s
      else coalesce(thing.expected_interval_s, given.expected_interval_s) end,
    case when thing.verified or 'name' = any(thing.edited) then thing.name else given.name end,
    case when thing.verified or 'grade' = any(thing.edited) then thing.grade else given.grade end,
    true, given.simulated, given.attributes`
const COLUMNS = 'kind, geometry, lon, lat, zone_id, expected_interval_s, name, grade, verified, simulated, attributes'
const PRESENT = COLUMNS.replace(/\w+/g, 'thing.$&')

/**
 * Only what is new or differs is written: the Things of a start with the same pack stay untouched, and the numbers of `thing.id` are not
 * used up. A date that the pack declares anew is told to the history of each (migration 024_registry_history).
 */
const INSERT_THINGS = `
  with given as (
    select distinct on (coalesce(former.now, t.key)) coalesce(former.now, t.key) as key, t.name, t.domain, t.kind, t.grade, t.geometry,
      t.lon, t.lat, zone.id as zone_id, t.expected_interval_s, t.simulated, t.attributes
    from jsonb_to_recordset($1::jsonb) as t
      (key text, name text, domain text, kind text, grade text, simulated boolean, geometry jsonb, lon float8, lat float8, zone text,
       expected_interval_s int, attributes jsonb)
    left join zone on zone.key = t.zone
    left join lateral (
      select o.key as now, d.merged from thing_device d join thing o on o.id = d.thing_id where d.device = 'key/' || t.key
    ) former on true
    where former.merged is not true
    order by coalesce(former.now, t.key), former.now nulls first
  )
  insert into thing (key, name, domain, kind, grade, geometry, lon, lat, zone_id, expected_interval_s, verified, simulated, attributes)
  select given.key, given.name, given.domain, given.kind, given.grade, given.geometry, given.lon, given.lat, given.zone_id,
    given.expected_interval_s, true, given.simulated, given.attributes
  from given left join thing on thing.key = given.key
  where thing.id is null or ${DECLARED} or (${PRESENT}) is distinct from (${MERGED})
  on conflict (key) do update set (${COLUMNS}) = (select ${MERGED} from (select excluded.*) given)`

const INSERT_DEVICES = `
  insert into thing_device (device, thing_id)
  select t.device, thing.id
  from jsonb_to_recordset($1::jsonb) as t (key text, device text)
  join thing on thing.key = t.key
    or thing.id = (select d.thing_id from thing_device d where d.device = 'key/' || t.key)
  on conflict (device) do nothing`
