import type { z } from 'zod'
import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import type { LearnedMapping, Mapping, mappingRequest, UnmappedResponse } from '#model/api/registry.ts'
import { AppError } from '#model/basics/errors.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { toCanonical } from '#model/observation/units.ts'
import { recordChange } from './registry-changes.ts'

type Row = Omit<Mapping, 'createdAt'> & { createdAt: Date }
const COLUMNS = `id, field, nullif(format, '') as format, nullif(device, '') as device, nullif(profile, '') as profile,
  property, unit, channel, created_at as "createdAt"`
const mappingOf = (row: Row): Mapping => ({ ...row, createdAt: row.createdAt.toISOString() })

export async function selectMappings(db: Queryable): Promise<Mapping[]> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from field_mapping order by field, format, device, profile`)
  return rows.map(mappingOf)
}

/** What follows for a profile from what was said of its devices. */
export async function selectLearned(db: Queryable): Promise<LearnedMapping[]> {
  const { rows } = await db.query<LearnedMapping>(
    `select field, nullif(format, '') as format, profile, property, unit, channel
     from mapping_in_force where learned order by field, format, profile`,
  )
  return rows
}

/**
 * Says what a field means; the same field, format, device and profile again replaces what was said.
 * @throws AppError PROPERTY_UNKNOWN, VALUE_INVALID (a unit that does not measure the property)
 */
export async function putMapping(pool: Pool, by: Actor, request: z.output<typeof mappingRequest>): Promise<Mapping> {
  const property = PROPERTIES.get(request.property)
  if (!property) throw new AppError('PROPERTY_UNKNOWN', request.property)
  const { unit } = request
  if (unit !== undefined && toCanonical(1, unit, property) === undefined)
    throw new AppError(
      'VALUE_INVALID',
      `unit: "${unit}" does not convert to ${property.unit}, the unit of ${property.name}`,
    )
  const { field, format = '', device = '', profile = '', channel = '' } = request
  const place = [field, format, device, profile]
  return inTransaction(pool, async (client) => {
    const before = await client.query<Row>(
      `select ${COLUMNS} from field_mapping where (field, format, device, profile) = ($1, $2, $3, $4) for update`,
      place,
    )
    const { rows } = await client.query<Row>(
      `insert into field_mapping (field, format, device, profile, property, unit, channel) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (field, format, device, profile) do update
         set property = excluded.property, unit = excluded.unit, channel = excluded.channel
       returning ${COLUMNS}`,
      [...place, property.name, unit ?? null, channel],
    )
    if (!rows[0]) throw new Error('unreachable: one row was written')
    const after = mappingOf(rows[0])
    await recordChange(client, { by, action: 'mapping.set', subject: field, before: before.rows[0], after })
    return after
  })
}

/** @throws AppError NOT_FOUND */
export async function deleteMapping(pool: Pool, by: Actor, id: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row>(`delete from field_mapping where id = $1 returning ${COLUMNS}`, [id])
    if (!rows[0]) throw new AppError('NOT_FOUND', `the mapping ${id}`)
    await recordChange(client, { by, action: 'mapping.remove', subject: rows[0].field, before: mappingOf(rows[0]) })
  })
}

const UNMAPPED = `
  with seen as (
    select u.*, p.profile, exists (
      select from mapping_in_force m
      where m.field in (u.field, u.name) and m.format in ('', u.format) and m.device in ('', u.device)
        and m.profile in ('', p.profile)
    ) as mapped
    from unmapped_field u
    left join lateral (
      select t.profile from thing_name n join thing t on t.id = n.thing_id where n.device = u.device limit 1
    ) p on true
  )
  select * from (
  select field, format, max(source) as source, count(*) as devices,
         (array_agg(device order by last_seen desc))[1:5] as "deviceNames",
         coalesce((array_agg(distinct profile) filter (where profile is not null))[1:5], '{}') as profiles,
         string_to_array((array_agg(array_to_string(samples, chr(31)) order by last_seen desc))[1], chr(31)) as samples,
         min(first_seen) as "firstSeen", max(last_seen) as "lastSeen", sum(n) as n, bool_and(mapped) as mapped,
         (select count(*) from rejected_message r where r.fields @> array[seen.field] and r.replayed_at is null) as kept
  from seen
  group by field, format
  ) f
  where $1 or not mapped or kept > 0
  order by n desc, field, format
  limit 500`

type UnmappedRow = Omit<UnmappedResponse['fields'][number], 'firstSeen' | 'lastSeen'> & {
  firstSeen: Date
  lastSeen: Date
}

/**
 * Fields that nothing maps, or that were mapped since but have messages to replay; most frequent first, 500 at most.
 * With `all` also those that are done.
 */
export async function selectUnmapped(db: Queryable, { all }: { all: boolean }): Promise<UnmappedResponse['fields']> {
  const { rows } = await db.query<UnmappedRow>(UNMAPPED, [all])
  return rows.map((row) => ({
    ...row,
    firstSeen: row.firstSeen.toISOString(),
    lastSeen: row.lastSeen.toISOString(),
  }))
}
