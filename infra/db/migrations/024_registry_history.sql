-- The registry as it was. Every state of the city (its pack without the base map), of its zones and of its Things is kept with
-- the time for which it holds: [valid_from, valid_to). Written by triggers, so that no way of changing the registry can leave
-- it out. `state` is the row as JSON; jsonb_populate_record makes a row of it again.
create table registry_history (
  entity     text not null check (entity in ('city', 'zone', 'thing')),
  id         int not null,
  state      jsonb not null,
  valid_from timestamptz not null,
  valid_to   timestamptz not null default 'infinity' check (valid_from < valid_to),
  primary key (entity, id, valid_from)
);

-- The local midnight at which a date begins in the city.
create function registry_midnight(day text) returns timestamptz
language sql stable as $$
  select (nullif(day, '')::date)::timestamp at time zone coalesce((select pack ->> 'timeZone' from city), 'UTC')
$$;

-- Whoever knows since when it has been so says it: the row itself (validFrom of a city pack, of a zone, of a Thing), or the
-- transaction (setting citywell.valid_from, for all that a pack changes). A date that was declared before says nothing of
-- a later change.
create function keep_registry_history() returns trigger
language plpgsql as $$
declare
  about   text := tg_argv[0];
  row_id  int;
  before  jsonb := '{}';
  after   jsonb;
  changed jsonb;
  since   timestamptz;
begin
  if tg_op <> 'INSERT' then before := to_jsonb(old) - array['base_map', 'loaded_at', 'edited', 'verified']; end if;
  if tg_op = 'DELETE' then
    row_id := old.id;
    -- A Thing that is removed was merged into another or should not have been there: there is no city that had it.
    delete from registry_history h where h.entity = about and h.id = row_id and (about = 'thing' or h.valid_from >= now());
    update registry_history h set valid_to = now() where h.entity = about and h.id = row_id and h.valid_to > now();
    return old;
  end if;
  row_id := new.id;
  after := to_jsonb(new) - array['base_map', 'loaded_at', 'edited', 'verified'];
  if before = after and coalesce(current_setting('citywell.valid_from', true), '') = '' then return new; end if;
  since := registry_midnight(coalesce(after #>> '{attributes,validFrom}', after #>> '{pack,validFrom}'));
  if since is not distinct from
     registry_midnight(coalesce(before #>> '{attributes,validFrom}', before #>> '{pack,validFrom}')) then since := null; end if;
  since := coalesce(since, registry_midnight(current_setting('citywell.valid_from', true)));
  if tg_op = 'INSERT' then
    insert into registry_history (entity, id, state, valid_from) values (about, row_id, after, coalesce(since, now()));
    return new;
  end if;
  select jsonb_object_agg(key, value) into changed from jsonb_each(after) where value is distinct from before -> key;
  if changed is null and since is null then return new; end if;
  since := coalesce(since, now());
  -- What is known from a later time on holds from the declared one.
  update registry_history h set valid_from = since
  where h.entity = about and h.id = row_id and h.valid_from > since
    and h.valid_from = (select min(valid_from) from registry_history f where f.entity = about and f.id = row_id);
  if changed is null then return new; end if;
  insert into registry_history (entity, id, state, valid_from, valid_to)
  select h.entity, h.id, h.state, since, h.valid_to from registry_history h
  where h.entity = about and h.id = row_id and h.valid_from < since and h.valid_to > since;
  update registry_history h set valid_to = since
  where h.entity = about and h.id = row_id and h.valid_from < since and h.valid_to > since;
  -- Only what changed: what else came later stays as it came.
  update registry_history h set state = h.state || changed
  where h.entity = about and h.id = row_id and h.valid_from >= since;
  return new;
end
$$;

-- What is there already holds from the first sign of it: a Thing from its registration, city and zones from the first Thing.
insert into registry_history (entity, id, state, valid_from)
select 'city', id, to_jsonb(city) - array['base_map', 'loaded_at'], least(loaded_at, (select min(created_at) from thing)) from city
union all
select 'zone', id, to_jsonb(zone), least(now(), (select min(created_at) from thing), (select loaded_at from city)) from zone
union all
select 'thing', id, to_jsonb(thing) - array['edited', 'verified'], created_at from thing;

create trigger registry_history after insert or update or delete on city
for each row execute function keep_registry_history('city');
create trigger registry_history after insert or update or delete on zone
for each row execute function keep_registry_history('zone');
create trigger registry_history after insert or update or delete on thing
for each row execute function keep_registry_history('thing');

-- A truncated table numbers its rows anew.
create function forget_registry_history() returns trigger
language plpgsql as $$
begin
  delete from registry_history where entity = tg_argv[0];
  return null;
end
$$;
create trigger registry_forgotten after truncate on city for each statement execute function forget_registry_history('city');
create trigger registry_forgotten after truncate on zone for each statement execute function forget_registry_history('zone');
create trigger registry_forgotten after truncate on thing for each statement execute function forget_registry_history('thing');
