import type { Queryable } from '#infra/db/pool.ts'
import type { Incident, IncidentDetail } from '#model/api/alerts.ts'

const MAX_NEIGHBOURS = 6
const MAX_CHANGES = 50
const MAX_AFFECTED = 500
/** Mean radius of the Earth, IUGG. */
const EARTH_RADIUS_METERS = 6_371_008.8

type Neighbour = IncidentDetail['neighbours']['things'][number]
type NeighbourRow = Omit<Neighbour, 'time' | 'agrees'> & { readonly time: Date | null }

// The nearest Things of the same property that are confirmed; a value counts while it is not stale.
const NEIGHBOURS = `
  with here as (select lon, lat from thing where key = $1)
  select t.key as thing, t.name, l.result as value, l.phenomenon_time as time, l.quality,
         2 * ${EARTH_RADIUS_METERS} * asin(sqrt(least(1,
           power(sind((t.lat - here.lat) / 2), 2) + cosd(here.lat) * cosd(t.lat) * power(sind((t.lon - here.lon) / 2), 2)
         ))) as "distanceMeters"
  from thing t
  cross join here
  join lateral (
    select d.id from datastream d where d.thing_id = t.id and d.property = $2 order by d.channel limit 1
  ) d on true
  left join latest_observation l on l.datastream_id = d.id
    and l.phenomenon_time > $3::timestamptz - 3 * coalesce(t.expected_interval_s, 3600) * interval '1 second'
  where t.verified and t.key <> $1 and t.lon is not null and here.lon is not null
  order by 6 limit ${MAX_NEIGHBOURS}`

/**
 * Whether the sensor or the city: do the nearest Things of the same property lie beyond the same threshold?
 * @param bad which side of the threshold is bad
 */
export async function neighboursOf(
  db: Queryable,
  incident: Incident,
  bad: 'above' | 'below',
  now: Date,
): Promise<IncidentDetail['neighbours']> {
  const { subject, property, threshold } = incident
  if (subject.kind !== 'thing' || property === null) return { verdict: 'unknown', things: [] }
  const { rows } = await db.query<NeighbourRow>(NEIGHBOURS, [subject.id, property, now])
  const things = rows.map((row): Neighbour => {
    const agrees = row.value === null || threshold === null ? null : row.value > threshold === (bad === 'above')
    return { ...row, time: row.time?.toISOString() ?? null, agrees }
  })
  const known = things.filter(({ agrees }) => agrees !== null)
  const agreeing = known.filter(({ agrees }) => agrees).length
  const verdict = known.length < 2 ? 'unknown' : agreeing * 2 > known.length ? 'city' : 'sensor'
  return { verdict, things }
}

// Zones of the Things that the incident covers, or the zone or city that it is about.
const ZONES = `
  select z.key as zone, z.name, z.population as people, z.households from zone z
  where $2 = 'city' or $2 = 'system' or z.id in (
    select i.zone_id from incident i where i.id = $1
    union select i.zone_id from incident i where i.cause_id = $1)
  order by z.population desc nulls last, z.key`

export async function populationOf(db: Queryable, { id, subject }: Incident): Promise<IncidentDetail['population']> {
  type Row = { zone: string; name: string; people: number | null; households: number | null }
  const { rows } = await db.query<Row>(ZONES, [Number(id), subject.kind])
  const surveys = await db.query<{ id: string }>(`select id from survey order by id`)
  const sum = (of: 'people' | 'households'): number | null => {
    const known = rows.flatMap((row) => row[of] ?? [])
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
  }
  return {
    ...{ people: sum('people'), households: sum('households') },
    zones: rows.map(({ zone, name, people }) => ({ zone, name, people })),
    surveys: surveys.rows.map((row) => row.id),
  }
}

const CHANGES = `
  select at, who, action, subject from registry_change
  where at > $1::timestamptz - interval '24 hours' and at <= $1::timestamptz
    and ($2::text is null or subject = $2 or action like 'mapping%'
      or subject in (select device from thing_device d join thing t on t.id = d.thing_id where t.key = $2))
  order by at desc, id desc limit ${MAX_CHANGES}`

/** What changed within 24 hours before the incident: of its Thing, or anywhere when it is about more than one. */
export async function changesBefore(db: Queryable, incident: Incident): Promise<IncidentDetail['changesBefore']> {
  const { subject, openedAt } = incident
  const { rows } = await db.query<{ at: Date; who: string; action: string; subject: string }>(CHANGES, [
    openedAt,
    subject.kind === 'thing' ? subject.id : null,
  ])
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

/** Things that the incident of a cause covers. */
export async function affectedBy(db: Queryable, { id }: Incident): Promise<string[]> {
  const { rows } = await db.query<{ thing: string }>(
    `select distinct thing from (
       select subject_id as thing from incident where cause_id = $1 and subject_kind = 'thing'
       union
       select jsonb_array_elements_text(detail -> 'things') from incident_event
       where incident_id = $1 and jsonb_typeof(detail -> 'things') = 'array'
     ) affected order by 1 limit ${MAX_AFFECTED}`,
    [Number(id)],
  )
  return rows.map(({ thing }) => thing)
}
