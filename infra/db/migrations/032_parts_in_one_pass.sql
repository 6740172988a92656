-- The same choice as in migration 021, in one pass over the key of the table: a city of 60,000 Datastreams asks for it with every
-- index it computes. Of a channel's name the first three parts are looked at (`deployed.scooter.centre`).
create or replace view datastream_part as
select id, thing_id, property, channel,
       case when part = '' then 0
            when part ~* '^((t|tariff|rate)[-_]?\d+|hp|hc|peak|off[-_]?peak)$' then 1
            when part ~* '^(l[123]|[abc]|phase[-_]?[123abc])$' then 2
            when part ~* '^(import|deployed)(\.|$)' then 4
            else 3 end as preference
from (
  select id, thing_id, property, channel, part,
         array_agg(nullif(part, '')) over (partition by thing_id, property) as parts
  from (
    select id, thing_id, property, channel,
           case when thing_id in (select thing_id from thing_device where device like 'shelly-gen%') and named !~ '^\d+(\.|$)'
                then concat_ws('.', '0', nullif(named, '')) else named end as part
    from (
      select id, thing_id, property, channel,
             case when channel like '%calibrated' then regexp_replace(channel, '(^|\.)calibrated$', '') else channel end as named,
             array_agg(channel) over (partition by thing_id, property) as channels
      from datastream
    ) named
    where channel <> 'corrected'
      and not channels @> array[case when channel = '' then 'calibrated' else channel || '.calibrated' end]
  ) part
) own
-- Inside another one: whatever is left of its name when a part of it is left out is a channel too.
where part not like '%.%' or not coalesce(parts && array[
  nullif(split_part(part, '.', 1), ''), nullif(split_part(part, '.', 2), ''), nullif(split_part(part, '.', 3), ''),
  case when split_part(part, '.', 3) <> '' then split_part(part, '.', 1) || '.' || split_part(part, '.', 2) end,
  case when split_part(part, '.', 3) <> '' then split_part(part, '.', 1) || '.' || split_part(part, '.', 3) end,
  case when split_part(part, '.', 3) <> '' then split_part(part, '.', 2) || '.' || split_part(part, '.', 3) end
], false);
