-- Retention of raw observations. A chunk is dropped only after everything in it has been rolled up, and only when it is old
-- in both senses: its observations were measured, and the chunk was created, longer ago than `keep`. History that was
-- imported yesterday therefore stays as long as live data. What is dropped is recorded, so that the books still balance.

create table retention_log (
  id         bigint generated always as identity primary key,
  dropped_at timestamptz not null default now(),
  hypertable text not null,
  range_from timestamptz not null,
  range_to   timestamptz not null,
  n          bigint not null
);

-- Rollup rows that a refresh would delete: it computes a range anew from raw, and raw of that range may be gone.
create table rollup_rescue (
  view          text not null,
  datastream_id int not null,
  bucket        timestamptz not null,
  content       jsonb not null,
  primary key (view, datastream_id, bucket)
);

-- Continuous aggregates over raw observations, with the table that holds their rows; `level` 2 rests on another aggregate.
create view rollup_view as
select v.user_view_name::text as view, format('%I.%I', m.schema_name, m.table_name) as materialized,
       v.mat_hypertable_id, v.raw_hypertable_id, case when v.parent_mat_hypertable_id is null then 1 else 2 end as level
from _timescaledb_catalog.continuous_agg v
join _timescaledb_catalog.hypertable m on m.id = v.mat_hypertable_id
where v.user_view_schema = 'public';

-- Whether a range holds observations that some rollup does not know yet.
create function rollup_is_stale(range_from timestamptz, range_to timestamptz) returns boolean
language sql stable as $$
  select exists (
    select from rollup_view v cross join lateral (
      select lowest_modified_value as low, greatest_modified_value as high
      from _timescaledb_catalog.continuous_aggs_materialization_invalidation_log where materialization_id = v.mat_hypertable_id
      union all
      select lowest_modified_value, greatest_modified_value
      from _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log where hypertable_id = v.raw_hypertable_id
    ) stale
    where stale.low < (extract(epoch from range_to) * 1e6)::int8 and stale.high >= (extract(epoch from range_from) * 1e6)::int8
  )
$$;

-- Puts rescued rows back. Where raw of the same hour arrived again, the row that rests on more observations stays: the two
-- are never added, because the same file may have been imported twice.
create procedure restore_rollups() language plpgsql as $$
declare
  rescued record;
begin
  for rescued in
    select r.view, v.materialized, min(r.bucket) as low, max(r.bucket) as high
    from rollup_rescue r join rollup_view v on v.view = r.view group by 1, 2
  loop
    execute format(
      'delete from %1$s m using rollup_rescue r
       where r.view = %2$L and m.bucket between %3$L and %4$L and m.datastream_id = r.datastream_id and m.bucket = r.bucket
         and m.n < (r.content ->> ''n'')::bigint', rescued.materialized, rescued.view, rescued.low, rescued.high);
    execute format(
      'insert into %1$s select (jsonb_populate_record(null::%1$s, r.content)).* from rollup_rescue r
       where r.view = %2$L and not exists (
         select from %1$s m where m.bucket between %3$L and %4$L and m.datastream_id = r.datastream_id and m.bucket = r.bucket)',
      rescued.materialized, rescued.view, rescued.low, rescued.high);
    delete from rollup_rescue where view = rescued.view;
  end loop;
end
$$;

-- Rolls up what was stored for a time before the window of the refresh policies: imported history, late corrections.
-- `older_than` overlaps that window by a day. Safe to interrupt at any point: what was rescued is restored by the next run.
create procedure roll_up_history(job_id int, config jsonb) language plpgsql as $$
declare
  horizon constant timestamptz := date_trunc('day', now() - (config ->> 'older_than')::interval, 'UTC');
  week record;
  rollup record;
begin
  call restore_rollups();
  commit;
  for week in
    select range_start, least(range_end, horizon) as range_end from timescaledb_information.chunks
    where hypertable_schema = 'public' and hypertable_name = 'observation_packed' and range_start < horizon
      and rollup_is_stale(range_start, least(range_end, horizon))
    order by range_start
  loop
    for rollup in select view, materialized, level from rollup_view order by level, view loop
      if rollup.level = 1 then
        execute format(
          'insert into rollup_rescue (view, datastream_id, bucket, content)
           select %2$L, m.datastream_id, m.bucket, to_jsonb(m) from %1$s m where m.bucket >= %3$L and m.bucket < %4$L
           on conflict do nothing', rollup.materialized, rollup.view, week.range_start, week.range_end);
        commit;
      end if;
      -- not through `execute`: it may not be called from within a function, and dynamic SQL counts as one
      call refresh_continuous_aggregate(rollup.view::regclass, week.range_start, week.range_end);
      call restore_rollups();
      commit;
    end loop;
  end loop;
end
$$;

create procedure retain_observations(job_id int, config jsonb) language plpgsql as $$
declare
  keep constant interval := (config ->> 'keep')::interval;
  old record;
  held bigint;
begin
  -- The refresh policies look back 390 days; raw that they may still read must be there, or they would empty the rollups.
  if now() - keep > now() - interval '395 days' then
    raise exception 'keep is %, and raw observations must be kept for 395 days at least', config ->> 'keep';
  end if;
  for old in
    select format('%I.%I', chunk_schema, chunk_name) as chunk, hypertable_name as hypertable, range_start, range_end
    from timescaledb_information.chunks
    where hypertable_schema = 'public' and hypertable_name in ('observation_packed', 'mobile_observation')
      and range_end < now() - keep and chunk_creation_time < now() - keep
    order by range_start
  loop
    -- whoever stores into this range from now on waits, and then starts a new chunk
    execute format('lock table %s in access exclusive mode', old.chunk);
    if old.hypertable = 'mobile_observation' or not rollup_is_stale(old.range_start, old.range_end) then
      execute format('select count(*) from %s', old.chunk) into held;
      insert into retention_log (hypertable, range_from, range_to, n)
      values (old.hypertable, old.range_start, old.range_end, held);
      perform drop_chunks(old.hypertable::regclass, older_than => old.range_end, newer_than => old.range_start);
    end if;
    commit;
  end loop;
end
$$;

-- A comparison of raw with rollups says what it left out, and why it failed.
alter table reconciliation add column pending int, add column failure text;

select remove_retention_policy('observation_packed', if_exists => true);
select add_job('roll_up_history', interval '5 minutes', config => '{"older_than": "389 days"}');
select add_job('retain_observations', interval '1 day', config => '{"keep": "400 days"}');
