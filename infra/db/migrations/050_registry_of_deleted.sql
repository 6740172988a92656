-- A Thing that somebody had confirmed stays in the history of the registry when it is deleted or merged into another: the registry
-- of a time is the one that was read then. Its owner is forgotten. One that nobody had confirmed leaves nothing, as before, and no
-- figure of a period counts either: these rest on the Things that there are. Otherwise the function is that of migration 048.
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
    delete from registry_history h where h.entity = about and h.id = row_id
      and (h.valid_from >= since or (about = 'thing' and not (to_jsonb(old) ->> 'verified')::boolean));
    update registry_history h set valid_to = since where h.entity = about and h.id = row_id and h.valid_to > since;
    if about = 'thing' then
      update registry_history h set state = h.state - 'owner' where h.entity = about and h.id = row_id;
    end if;
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
