import type { Queryable } from '#infra/db/pool.ts'
import type { RuleScope } from '#model/alerting/rule.ts'
import type { Domain } from '#model/things/domain.ts'
import type { Grade } from '#model/things/grade.ts'

/** A Thing as rules see it. */
export type ScopedThing = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly domain: Domain
  readonly kind: string
  readonly grade: Grade
  readonly zoneId: number | null
  readonly zone: string | null
  readonly zoneName: string | null
  readonly people: number | null
  readonly owner: string | null
  readonly verified: boolean
  readonly intervalSeconds: number | null
  readonly createdAt: Date
  /** local date from which on the Thing is no longer expected to report */
  readonly validTo: string | null
  /** `source:<format>`, and `gateway:<id>` where a gateway is known */
  readonly groups: readonly string[]
  readonly properties: readonly string[]
}

// A Sparkplug device reports through its edge node, `<group>/<node>`; for other Things the attribute `gateway` names it.
const THINGS = `
  select t.id, t.key, t.name, t.domain, t.kind, t.grade, t.zone_id as "zoneId", z.key as zone, z.name as "zoneName", z.population as people,
         t.owner, t.verified, t.expected_interval_s as "intervalSeconds", t.created_at as "createdAt",
         t.attributes ->> 'validTo' as "validTo",
         array_remove(array[
           coalesce('gateway:' || (t.attributes ->> 'gateway'), n.gateway), 'source:' || coalesce(n.format, 'native')
         ], null) as groups,
         coalesce(d.properties, '{}') as properties
  from thing t
  left join zone z on z.id = t.zone_id
  left join lateral (
    select split_part(device, '/', 1) as format,
           'gateway:' || substring(device from '^sparkplug[^/]*/([^/]+/[^/]+)/') as gateway
    from thing_device where thing_id = t.id and device not like 'key/%' order by merged, device limit 1
  ) n on true
  left join (select thing_id, array_agg(distinct property) as properties from datastream group by 1) d on d.thing_id = t.id
  order by t.id`

export async function selectScopedThings(db: Queryable): Promise<ScopedThing[]> {
  return (await db.query<ScopedThing>(THINGS)).rows
}

export async function selectScope(db: Queryable, scope: RuleScope): Promise<ScopedThing[]> {
  const matches = scopeFilter(scope)
  return (await selectScopedThings(db)).filter(matches)
}

/** Whether a Thing matches every list that a scope has. */
export function scopeFilter({ things, kinds, domains, zones, grades }: RuleScope): (thing: ScopedThing) => boolean {
  const [keys, ofKind, inZone] = [things, kinds, zones].map((list) => list && new Set(list))
  return ({ key, kind, domain, zone, grade }) =>
    (!keys || keys.has(key)) &&
    (!ofKind || ofKind.has(kind)) &&
    (!inZone || (zone !== null && inZone.has(zone))) &&
    (!domains || domains.includes(domain)) &&
    (!grades || grades.includes(grade))
}
