/** Things as the registry described them at a time: for lists and maps. Figures of a period rest on registry-at.ts. */
import { zoneAt } from '#domain/city-pack/zone-at.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { ThingState } from '#model/api/history.ts'
import type { Place } from '#model/basics/geo.ts'
import type { Domain } from '#model/things/domain.ts'
import type { Grade } from '#model/things/grade.ts'
import { cityAt, holdsAt, zonesAt } from './registry-at.ts'

/** One that is gone has no id of today's, and was confirmed (migration 050). */
export type ThingThen = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly domain: Domain
  readonly kind: string
  readonly grade: Grade
  readonly geometry: Place | null
  readonly lon: number | null
  readonly lat: number | null
  /** key of the district that the Thing lay in, of those that there were then */
  readonly zone: string | null
  readonly verified: boolean
  readonly simulated: boolean
  readonly expected_interval_s: number | null
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** how long the entry was what it is here; null: to this day */
  readonly validFrom: Date
  readonly validTo: Date | null
}

const THEN = `
  select h.id, s.key, s.name, s.domain, s.kind, s.grade, s.geometry, s.lon, s.lat, s.zone_id as "zoneId",
         coalesce(t.verified, true) as verified, s.simulated, s.expected_interval_s, s.attributes,
         h.valid_from as "validFrom", nullif(h.valid_to, 'infinity') as "validTo"
  from registry_history h
  cross join lateral jsonb_populate_record(null::thing, h.state) s
  left join thing t on t.id = h.id
  where h.entity = 'thing' and h.valid_from < $1::timestamptz and h.valid_to >= $1::timestamptz
  order by s.key, h.id desc`

type RegistryThen = {
  readonly things: readonly ThingThen[]
  /** keys of the districts */
  readonly zones: readonly string[]
  /** where the time lies before it: when the registry begins */
  readonly begins: Date | null
}

/** All Things that there were just before an instant, in the order of their keys. */
export async function thingsThen(db: Queryable, end: Date): Promise<RegistryThen> {
  const at = { end, current: false }
  const city = await cityAt(db, at)
  const zones = city && !city.beginsLater ? await zonesAt(db, at, city) : []
  const known = new Map(zones.map(({ id, key }) => [id, key]))
  const { rows } = await db.query<Omit<ThingThen, 'zone'> & { zoneId: number | null }>(THEN, [end])
  // A pack may declare that what it registers today has been there for years. Where a Thing that is gone had the same key in
  // them, the newer one holds.
  const there = rows
    .filter(({ attributes }) => holdsAt(attributes, at, city?.timeZone ?? 'UTC'))
    .filter(({ key }, index, all) => key !== all[index - 1]?.key)
  const things = there.map(({ zoneId, ...thing }): ThingThen => {
    const own = zoneId === null ? undefined : known.get(zoneId)
    // districts whose history a pack declared afterwards
    const lost = zoneId !== null && own === undefined && thing.lon !== null && thing.lat !== null
    return { ...thing, zone: own ?? (lost ? zoneAt([thing.lon ?? 0, thing.lat ?? 0], zones)?.key : undefined) ?? null }
  })
  return { things, zones: zones.map(({ key }) => key), begins: city?.beginsLater ?? null }
}

// Of the Things whose entry was another at some time since the window began. The key of a zone is that of its last state.
const STATES = `
  select h.id as thing, h.valid_from as "from", nullif(h.valid_to, 'infinity') as "to", s.name, s.kind, s.grade, s.geometry, z.key as zone,
         s.expected_interval_s as "expectedIntervalSeconds", s.attributes
  from registry_history h
  join thing t on t.id = h.id
  cross join lateral jsonb_populate_record(null::thing, h.state) s
  left join lateral (
    select state ->> 'key' as key from registry_history zone
    where zone.entity = 'zone' and zone.id = s.zone_id order by valid_from desc limit 1
  ) z on true
  where h.entity = 'thing' and h.valid_to > $1
    and h.id in (select id from registry_history where entity = 'thing' and valid_to > $1 and valid_to < 'infinity')
    and (h.valid_from < $2 or not exists (
      select from registry_history f where f.entity = 'thing' and f.id = h.id and f.valid_from < h.valid_from))
  order by h.id, h.valid_from`

/**
 * What the registry said of Things through a window, in the order of time; Things whose entry has been the same since its
 * beginning are absent. A Thing that was heard before it was registered is as it was registered, as in registry-at.ts.
 */
export async function thingStates(db: Queryable, from: Date, to: Date): Promise<ThingState[]> {
  type Row = Omit<ThingState, 'from' | 'to'> & { from: Date; to: Date | null }
  const { rows } = await db.query<Row>(STATES, [from, to])
  return rows.map((row) => ({ ...row, from: row.from.toISOString(), to: row.to?.toISOString() ?? null }))
}
