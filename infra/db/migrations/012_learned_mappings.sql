-- Every name by which messages may reach a Thing: its key, and its devices.
create view thing_name as
select 'key/' || key as device, id as thing_id from thing
union all
select device, thing_id from thing_device;

-- What is in force: what people have said, and what follows for a profile from what they said of its devices. Devices of a
-- profile that were mapped differently teach nothing, and what is said of the profile itself goes first.
create view mapping_in_force as
select field, format, device, profile, property, unit, channel, false as learned
from field_mapping
union all
select m.field, m.format, '', t.profile, min(m.property), min(m.unit), min(m.channel), true
from field_mapping m
join thing_name n on n.device = m.device
join thing t on t.id = n.thing_id
where m.profile = '' and t.profile is not null
  and not exists (
    select from field_mapping p
    where p.field = m.field and p.format = m.format and p.device = '' and p.profile = t.profile)
group by m.field, m.format, t.profile
having count(distinct (m.property, coalesce(m.unit, ''), m.channel)) = 1;
