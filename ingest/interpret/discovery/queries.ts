import type { Queryable } from '#infra/db/pool.ts'
import type { DiscoveredEntity, EntityAt } from '../../decode/helpers/decoding-context.ts'

/** Replaces the entities of a config; none at all when the config was removed. */
export async function saveEntities(db: Queryable, configTopic: string, entities: readonly EntityAt[]): Promise<void> {
  const rows = entities.map(({ part, topic, entity }) => ({ part, topic, entity }))
  await db.query({
    name: 'discovery-save',
    text: `
      insert into discovered_entity (config_topic, part, state_topic, entity)
      select $1, n.part, n.topic, n.entity from jsonb_to_recordset($2::jsonb) as n (part text, topic text, entity jsonb)
      order by n.part
      on conflict (config_topic, part) do update set
        state_topic = excluded.state_topic, entity = excluded.entity, updated_at = now()
      where (discovered_entity.state_topic, discovered_entity.entity) is distinct from (excluded.state_topic, excluded.entity)`,
    values: [configTopic, JSON.stringify(rows)],
  })
  await db.query({
    name: 'discovery-forget',
    text: 'delete from discovered_entity where config_topic = $1 and part <> all($2::text[])',
    values: [configTopic, rows.map(({ part }) => part)],
  })
}

/** The discovered entities of these state topics. */
export async function selectEntities(
  db: Queryable,
  topics: readonly string[],
): Promise<Map<string, DiscoveredEntity[]>> {
  const { rows } = await db.query<{ topic: string; entities: DiscoveredEntity[] }>({
    name: 'discovery-entities',
    text: `
      select state_topic as topic, jsonb_agg(entity order by config_topic, part) as entities
      from discovered_entity where state_topic = any($1::text[]) group by state_topic`,
    values: [topics],
  })
  return new Map(rows.map(({ topic, entities }) => [topic, entities]))
}

/** Describes a Thing by its discovery, with its model as profile; edits by people and by the city pack stay. */
export async function describeThing(
  db: Queryable,
  { device, name, attributes }: { device: string; name: string; attributes: Readonly<Record<string, string>> },
): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>({
    name: 'discovery-describe',
    // A mapping may apply to a profile, so workers must reload the registry.
    text: `
      with before as (
        select t.id, t.profile from thing t join thing_device d on d.thing_id = t.id where d.device = $1 for update of t
      ), described as (
        update thing t
        set name = case when t.verified or 'name' = any(t.edited) then t.name else $2 end,
            profile = case when 'profile' = any(t.edited) then t.profile else coalesce(t.profile, $4) end,
            attributes = $3::jsonb || t.attributes
        from before b where t.id = b.id returning t.id, t.profile is distinct from b.profile as changed
      ), notified as (
        update registry_version set version = version + 1, changed_at = now()
        where exists (select from described where changed)
      )
      select id from described`,
    values: [device, name, JSON.stringify(attributes), attributes['model'] ?? null],
  })
  return rows[0]?.id
}
