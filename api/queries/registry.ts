import type { Queryable } from '#infra/db/pool.ts'
import type { RegistryThing } from '#model/api/registry.ts'
import { AppError } from '#model/basics/errors.ts'

/**
 * The Thing with this key, now or formerly (renamed, or merged into another).
 * @throws AppError THING_UNKNOWN
 */
export async function requireThing(db: Queryable, key: string): Promise<{ id: number; key: string }> {
  const { rows } = await db.query<{ id: number; key: string }>(
    `select id, key from thing where key = $1
     union all
     select t.id, t.key from thing_device d join thing t on t.id = d.thing_id where d.device = 'key/' || $1
     limit 1`,
    [key],
  )
  const thing = rows[0]
  if (!thing) throw new AppError('THING_UNKNOWN', key)
  return thing
}

type Filter = {
  id?: number | undefined
  verified?: boolean | undefined
  search?: string | undefined
  /** key that ended the page before */
  after?: string | undefined
  limit: number
}

const THINGS = `
  with found as (
    select t.*, z.key as zone from thing t left join zone z on z.id = t.zone_id
    where ($1::int is null or t.id = $1) and ($2::boolean is null or t.verified = $2)
      and ($3::text is null or position(lower($3) in lower(t.key || ' ' || t.name)) > 0)
  ), page as (
    select *, (select count(*) from found) as total from found
    where $4::text is null or key > $4
    order by key
    limit $5
  )
  select p.id, p.key, p.name, p.domain, p.kind, p.grade, p.geometry as place, p.zone, p.owner, p.profile,
         p.expected_interval_s as "expectedIntervalSeconds", p.verified, p.simulated, p.created_at as "createdAt",
         p.total,
         (select max(l.phenomenon_time) from datastream d join latest_observation l on l.datastream_id = d.id
          where d.thing_id = p.id) as "lastObservationAt",
         array(select device from thing_device where thing_id = p.id and device not like 'key/%' order by 1) as devices,
         array(select substr(device, 5) from thing_device where thing_id = p.id and device like 'key/%' order by 1) as "formerKeys",
         array(select distinct property from datastream where thing_id = p.id order by 1) as properties,
         (select coalesce(json_agg(json_build_object('property', c.property, 'channel', c.channel, 'validFrom', c.valid_from,
            'gain', c.gain, 'offset', c."offset", 'note', c.note) order by c.property, c.channel, c.valid_from), '[]')
          from calibration c where c.thing_id = p.id) as calibrations,
         (select coalesce(json_agg(json_build_object('id', r.id, 'property', r.property, 'channel', r.channel,
            'replacedAt', r.replaced_at, 'finalReading', r.final_reading, 'startReading', r.start_reading, 'note', r.note)
            order by r.property, r.channel, r.replaced_at), '[]')
          from meter_replacement r where r.thing_id = p.id) as "meterReplacements"
  from page p
  order by p.key`

type Row = Omit<RegistryThing, 'createdAt' | 'lastObservationAt'> & {
  createdAt: Date
  lastObservationAt: Date | null
  total: number
}

/** Things with everything a person may change of them, in the order of their keys. */
export async function selectRegistry(
  db: Queryable,
  filter: Filter,
): Promise<{ things: RegistryThing[]; total: number }> {
  const { id = null, verified = null, search = null, after = null, limit } = filter
  const { rows } = await db.query<Row>(THINGS, [id, verified, search, after, limit])
  const things = rows.map(({ total: _, createdAt, lastObservationAt, calibrations, meterReplacements, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    lastObservationAt: lastObservationAt?.toISOString() ?? null,
    calibrations: calibrations.map((step) => ({ ...step, validFrom: new Date(step.validFrom).toISOString() })),
    meterReplacements: meterReplacements.map((one) => ({ ...one, replacedAt: new Date(one.replacedAt).toISOString() })),
  }))
  return { things, total: rows[0]?.total ?? 0 }
}

/** @throws AppError THING_UNKNOWN */
export async function requireRegistryThing(db: Queryable, key: string): Promise<RegistryThing> {
  const { id } = await requireThing(db, key)
  const { things } = await selectRegistry(db, { id, limit: 1 })
  if (!things[0]) throw new AppError('THING_UNKNOWN', key)
  return things[0]
}
