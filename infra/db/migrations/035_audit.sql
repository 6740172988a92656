-- The audit log: one row per change, each with the hash of the row before, so that a row that is changed, removed or inserted
-- later shows (docs/access.md#audit-log). Personal data (names, networks) is not hashed itself: the hashed content has a
-- salted commitment to it, so it can be erased without breaking the chain, and cannot be exchanged for something else.
create table audit_entry (
  id         bigint primary key,
  at         timestamptz not null,
  content    jsonb not null,
  previous   bytea not null,
  hash       bytea not null,
  action     text generated always as (content ->> 'action') stored,
  actor_kind text generated always as (content #>> '{actor,kind}') stored,
  actor_id   text generated always as (content #>> '{actor,id}') stored,
  subject    text generated always as (content ->> 'subject') stored
);
create index audit_entry_at on audit_entry (at);
create index audit_entry_actor on audit_entry (actor_kind, actor_id, id);
create index audit_entry_subject on audit_entry (subject, id);

create table audit_personal (
  entry_id bigint not null references audit_entry,
  field    text not null,
  value    text not null,
  salt     bytea not null,
  primary key (entry_id, field)
);

-- The newest row. It is locked while a row is appended, so rows have one order.
create table audit_head (
  only_row boolean primary key default true check (only_row),
  id       bigint not null,
  hash     bytea not null
);
insert into audit_head (id, hash) values (0, decode(repeat('00', 32), 'hex'));

-- SHA-256 of: previous hash, then id, time in UTC with microseconds, and content as PostgreSQL writes jsonb, each ending in a
-- line feed. jsonb has one way of writing a value, so the text is canonical.
create function audit_hash(previous bytea, id bigint, at timestamptz, content jsonb) returns bytea
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select sha256(previous || convert_to(
    id || E'\n' || to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\n' || content::text || E'\n', 'UTF8'))
$$;

create function audit_commitment(salt bytea, value text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select encode(sha256(salt || convert_to(value, 'UTF8')), 'hex') $$;

-- The one way of writing a row. `personal` is an object of texts.
create function audit_append(entry jsonb, personal jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  head  public.audit_head;
  -- kept to microseconds, which is what the hash covers
  now_at timestamptz := clock_timestamp();
  part  record;
  part_salt bytea;
  salts jsonb := '{}';
  commitments jsonb := '{}';
  whole jsonb;
begin
  for part in select key, value from jsonb_each_text(personal) where value is not null loop
    part_salt := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    salts := salts || jsonb_build_object(part.key, encode(part_salt, 'hex'));
    commitments := commitments || jsonb_build_object(part.key, public.audit_commitment(part_salt, part.value));
  end loop;
  whole := entry || jsonb_build_object('personal', commitments);
  select * into head from public.audit_head for update;
  insert into public.audit_entry (id, at, content, previous, hash)
  values (head.id + 1, now_at, whole, head.hash, public.audit_hash(head.hash, head.id + 1, now_at, whole));
  insert into public.audit_personal (entry_id, field, value, salt)
  select head.id + 1, key, value, decode(salts ->> key, 'hex') from jsonb_each_text(personal) where value is not null;
  update public.audit_head set id = head.id + 1,
    hash = (select e.hash from public.audit_entry e where e.id = head.id + 1);
  return head.id + 1;
end
$$;

-- Personal data of one account or token: what its entries say of it, and what entries about it say.
create function audit_erase(of_kind text, of_id text, of_subject text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  erased bigint;
begin
  delete from public.audit_personal p using public.audit_entry e
  where e.id = p.entry_id
    and ((e.actor_kind = of_kind and e.actor_id = of_id and p.field in ('actor', 'network'))
      or (e.subject = of_subject and p.field in ('subject', 'before', 'after')));
  get diagnostics erased = row_count;
  return erased;
end
$$;

-- Networks are of use for a while only.
create function audit_expire(before timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  expired bigint;
begin
  delete from public.audit_personal p using public.audit_entry e
  where e.id = p.entry_id and p.field = 'network' and e.at < before;
  get diagnostics expired = row_count;
  return expired;
end
$$;

create function refuse_audit_change() returns trigger
language plpgsql as $$
begin
  raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update or delete on audit_entry for each row execute function refuse_audit_change();
create trigger append_only_all before truncate on audit_entry for each statement execute function refuse_audit_change();
create trigger append_only before update on audit_personal for each row execute function refuse_audit_change();

revoke all on function audit_append(jsonb, jsonb), audit_erase(text, text, text), audit_expire(timestamptz) from public;
do $roles$
begin
  revoke insert, update, delete, truncate on audit_entry, audit_personal, audit_head from citywell_api;
  grant select on audit_entry, audit_personal, audit_head to citywell_api;
  grant execute on function audit_append(jsonb, jsonb), audit_erase(text, text, text), audit_expire(timestamptz) to citywell_api;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_api not set up: %', sqlerrm;
end
$roles$;
