-- Districts that split and merge: one that is gone ended when the pack says it did (validTo of the zone), else when what the
-- pack changes begins (setting citywell.valid_from), so that it never holds together with the districts that came after it.
-- Otherwise the function is that of migration 024.
create or replace function keep_registry_history() returns trigger
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
    since := now();
    if about = 'zone' then
      since := least(since, coalesce(registry_midnight(before #>> '{attributes,validTo}'),
                                     registry_midnight(current_setting('citywell.valid_from', true)), since));
    end if;
    -- A Thing that is removed was merged into another or should not have been there: there is no city that had it.
    delete from registry_history h where h.entity = about and h.id = row_id and (about = 'thing' or h.valid_from >= since);
    update registry_history h set valid_to = since where h.entity = about and h.id = row_id and h.valid_to > since;
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
