import { pointOf, zoneAt } from '#domain/city-pack/zone-at.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import type { RegistryThing, ThingChange } from '#model/api/registry.ts'
import { AppError } from '#model/basics/errors.ts'
import { requireRegistryThing, requireThing } from '../queries/registry.ts'
import { recordChange } from '../queries/registry-changes.ts'
import { selectZones } from '../queries/zones.ts'
import { requireWithin } from './within-restriction.ts'

/** Columns that a city pack sets too: once a person has set one, the pack leaves it alone. */
const PACK_COLUMNS = { name: 'name', kind: 'kind', grade: 'grade', place: 'place', expectedIntervalSeconds: 'interval' }

const UPDATE = `
  update thing set
    name = coalesce($2, name), kind = coalesce($3, kind), grade = coalesce($4, grade), verified = coalesce($5, verified),
    owner = case when $6 then nullif($7, '') else owner end,
    profile = case when $8 then nullif($9, '') else profile end,
    expected_interval_s = case when $10 then $11::int else expected_interval_s end,
    geometry = coalesce($12::jsonb, geometry),
    lon = case when $12 is null then lon else $13::float8 end,
    lat = case when $12 is null then lat else $14::float8 end,
    zone_id = case when $12 is null then zone_id else (select id from zone where key = $15) end,
    edited = array(select distinct e from unnest(edited || $16::text[]) as e order by e)
  where id = $1`

/**
 * Changes what is given of a Thing and nothing else, and writes it down.
 * @throws AppError THING_UNKNOWN, OUTSIDE_RESTRICTION
 */
export async function changeThing(pool: Pool, by: Actor, key: string, change: ThingChange): Promise<RegistryThing> {
  return inTransaction(pool, async (client) => {
    const thing = await requireThing(client, key)
    const { id } = thing
    await client.query('select from thing where id = $1 for update', [id])
    await requireWithin(client, by, thing)
    const before = await requireRegistryThing(client, key)
    await update(client, id, change)
    await requireWithin(client, by, thing)
    const after = await requireRegistryThing(client, key)
    const fields = [...Object.keys(change), ...(change.place ? ['zone'] : [])] as (keyof RegistryThing)[]
    const action = change.verified === true && fields.length === 1 ? 'thing.confirm' : 'thing.change'
    const parts = { before: pick(before, fields), after: pick(after, fields) }
    await recordChange(client, { by, action, subject: after.key, ...parts })
    return after
  })
}

async function update(client: PoolClient, id: number, change: ThingChange): Promise<void> {
  const { place } = change
  const point = place && pointOf(place)
  const zone = point && zoneAt(point, await selectZones(client))
  const edited = Object.entries(PACK_COLUMNS).flatMap(([field, column]) => (field in change ? [column] : []))
  await client.query(UPDATE, [
    id,
    change.name ?? null,
    change.kind ?? null,
    change.grade ?? null,
    change.verified ?? null,
    change.owner !== undefined,
    change.owner ?? null,
    change.profile !== undefined,
    change.profile ?? null,
    change.expectedIntervalSeconds !== undefined,
    change.expectedIntervalSeconds ?? null,
    place ? JSON.stringify(place) : null,
    point?.[0] ?? null,
    point?.[1] ?? null,
    zone?.key ?? null,
    edited,
  ])
}

const pick = (thing: RegistryThing, fields: readonly (keyof RegistryThing)[]): Partial<RegistryThing> =>
  Object.fromEntries(fields.map((field) => [field, thing[field]]))

/** Confirms Things that provisioned themselves, each in a transaction of its own. @returns the keys that were not confirmed before */
export async function confirmThings(pool: Pool, by: Actor, keys: readonly string[]): Promise<string[]> {
  for (const key of new Set(keys)) await requireWithin(pool, by, await requireThing(pool, key))
  const confirmed: string[] = []
  for (const key of new Set(keys)) {
    const { verified } = await requireRegistryThing(pool, key)
    if (verified) continue
    confirmed.push((await changeThing(pool, by, key, { verified: true })).key)
  }
  return confirmed
}

/**
 * Gives a Thing another key. The former one keeps leading to it: for requests, and for devices that publish under it.
 * @throws AppError THING_UNKNOWN, KEY_TAKEN
 */
export async function renameThing(pool: Pool, by: Actor, key: string, next: string): Promise<RegistryThing> {
  return inTransaction(pool, async (client) => {
    const { id, key: current } = await requireThing(client, key)
    await requireWithin(client, by, { id, key: current })
    if (current === next) return requireRegistryThing(client, next)
    const taken = await client.query<{ key: string }>(
      `select key from thing where key = $1
       union all
       select t.key from thing_device d join thing t on t.id = d.thing_id where d.device = 'key/' || $1 and t.id <> $2`,
      [next, id],
    )
    if (taken.rows[0]) throw new AppError('KEY_TAKEN', `"${next}" leads to the Thing "${taken.rows[0].key}"`)
    // A Thing that takes back a former key needs no second name for it.
    await client.query(`delete from thing_device where device = 'key/' || $1`, [next])
    await client.query('update thing set key = $2 where id = $1', [id, next]).catch(refuseTaken(next))
    await client.query(`insert into thing_device (device, thing_id) values ('key/' || $1, $2)`, [current, id])
    const parts = { before: { key: current }, after: { key: next } }
    await recordChange(client, { by, action: 'thing.rename', subject: current, ...parts })
    return requireRegistryThing(client, next)
  })
}

/** A device may have registered itself under the key a moment ago. */
const refuseTaken =
  (key: string) =>
  (error: Error): never => {
    if ((error as { code?: unknown }).code === '23505')
      throw new AppError('KEY_TAKEN', `another Thing has taken the key "${key}"`)
    throw error
  }
