-- Totals and parts. A Thing may report one property as a total (channel '') and in parts beside it: phases, tariffs, types of
-- vehicles, outputs, sub-meters. Every sum and every mean over Things reads the total or the parts, never both, and all of
-- them take the choice from here. What can stand for the whole, best first:
--   0  the total
--   1  tariffs: t1, t2, ... are the whole by definition
--   2  phases: l1, l2, l3 or a, b, c likewise
--   3  whatever else the channels are called
--   4  another way to count the whole: energy imported beside a net total, all vehicles deployed beside those available
-- A channel inside another (`cf_1.b` inside `cf_1`) is a part of that and not listed. Nor are corrected values, which stand
-- beside the raw ones (docs/quality.md), nor the raw channel of a calibrated instrument (model/calibration.ts).
create view datastream_part as
with own as not materialized (
  select d.id, d.thing_id, d.property, d.channel, regexp_replace(d.channel, '(^|\.)calibrated$', '') as named
  from datastream d
  where d.channel <> 'corrected' and not exists (
    select from datastream c where c.thing_id = d.thing_id and c.property = d.property
      and c.channel = case when d.channel = '' then 'calibrated' else d.channel || '.calibrated' end)
), part as not materialized (
  -- Shelly numbers its outputs from 0, and output 0 has no channel (docs/formats.md): it is one of them and no total.
  select id, thing_id, property, channel,
         case when named !~ '^\d+(\.|$)' and exists (
                select from thing_device n where n.thing_id = own.thing_id and n.device like 'shelly-gen%')
              then concat_ws('.', '0', nullif(named, '')) else named end as part
  from own
)
select id, thing_id, property, channel,
       case when part = '' then 0
            when part ~* '^((t|tariff|rate)[-_]?\d+|hp|hc|peak|off[-_]?peak)$' then 1
            when part ~* '^(l[123]|[abc]|phase[-_]?[123abc])$' then 2
            when part ~* '^(import|deployed)(\.|$)' then 4
            else 3 end as preference
from part p
where not exists (
  select from part o
  where o.thing_id = p.thing_id and o.property = p.property and o.part <> '' and o.part <> p.part
    and string_to_array(o.part, '.') <@ string_to_array(p.part, '.'));

-- The Datastreams that a mean over Things takes of each Thing and property: the total, or else all of its parts.
create view datastream_whole as
select id, thing_id, property, channel from (
  select *, min(preference) over (partition by thing_id, property) as best from datastream_part
) d
where preference = best;
