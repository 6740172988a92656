-- Devices that are ignored, devices that wait for approval, and Things that are deleted with their data.

-- From which topic, and from which client where the broker says so, a Thing registered itself.
create table thing_registration (
  thing_id int primary key references thing on delete cascade,
  topic    text not null,
  client   text not null
);
create index on thing_registration (client);

-- Messages of these devices (`<format>/<device id>`, `key/<key>`) and topics (an MQTT filter) are rejected as `ignored`.
create table ignored (
  id         int generated always as identity primary key,
  kind       text not null check (kind in ('device', 'topic')),
  name       text not null,
  note       text not null default '',
  who        text not null,
  created_at timestamptz not null default now(),
  -- counted since then; those beyond the limit in bytes are counted and not stored
  messages   bigint not null default 0,
  stored     bigint not null default 0,
  bytes      bigint not null default 0,
  last_seen  timestamptz,
  unique (kind, name)
) with (fillfactor = 70);

-- Devices that may register themselves once somebody approves them. Their messages are in rejected_message meanwhile.
create table pending_device (
  device      text primary key,
  domain      text not null,
  topic       text not null,
  client      text not null,
  properties  text[] not null,
  first_seen  timestamptz not null,
  last_seen   timestamptz not null,
  messages    bigint not null,
  stored      bigint not null,
  bytes       bigint not null,
  approved_at timestamptz
) with (fillfactor = 70);
create index on pending_device (approved_at) where approved_at is not null;

-- Devices because of which a message was rejected: those that are ignored, not approved, or beyond the quota.
alter table rejected_message add column devices text[] not null default '{}';
create index on rejected_message using gin (devices) where devices <> '{}';

-- A deletion in progress: it goes in steps, and continues where it was interrupted.
create table thing_deletion (
  id           int generated always as identity primary key,
  things       int[] not null,
  who          text not null,
  started_at   timestamptz not null default now(),
  finished_at  timestamptz,
  observations bigint not null default 0
);

-- The ledger by Thing of Things that were deleted, so that its sum stays that of the ledger by source.
create table deleted_thing_ledger (
  day       date primary key,
  messages  bigint not null,
  stored    bigint not null,
  duplicate bigint not null,
  conflict  bigint not null,
  rejected  bigint not null
);

-- Deletes the rollups of Datastreams. Those of raw observations that retention has deleted are not recomputed by a refresh,
-- so they are deleted directly, and from what a refresh of old history has set aside. The tables of continuous aggregates
-- belong to whoever migrated.
create function delete_rollups(ids int[]) returns void
language plpgsql security definer set search_path = public, pg_catalog, pg_temp as $$
declare
  rollup record;
begin
  lock table rollup_rescue in share row exclusive mode;
  delete from rollup_rescue where datastream_id = any(ids);
  for rollup in select materialized from rollup_view order by level loop
    execute format('delete from %s where datastream_id = any($1)', rollup.materialized) using ids;
  end loop;
end
$$;
do $$
begin
  revoke all on function delete_rollups(int[]) from public;
  if exists (select from pg_roles where rolname = 'citywell_api') then
    grant execute on function delete_rollups(int[]) to citywell_api;
  end if;
end
$$;
