-- Observations: raw, hourly, daily. Buckets are UTC; local days are composed in queries.
create table observation (
  datastream_id   int not null,
  phenomenon_time timestamptz not null,
  result          float8 not null,
  quality         smallint not null,
  reasons         int not null default 0,
  primary key (datastream_id, phenomenon_time)
);
select create_hypertable('observation', 'phenomenon_time', chunk_time_interval => interval '1 day', create_default_indexes => false);
alter table observation set (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'datastream_id',
  timescaledb.compress_orderby = 'phenomenon_time'
);
select add_compression_policy('observation', interval '7 days', schedule_interval => interval '1 hour');

-- The latest measured value of each Datastream (by phenomenon time, not by arrival), kept by the store.
create table latest_observation (
  datastream_id   int primary key,
  phenomenon_time timestamptz not null,
  result          float8 not null,
  quality         smallint not null,
  reasons         int not null default 0
) with (fillfactor = 70);

-- Good means quality 1 or 2; suspect and failed values are counted in n and left out of the statistics.
create materialized view observation_hourly
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select datastream_id,
       time_bucket(interval '1 hour', phenomenon_time) as bucket,
       count(*)                                                      as n,
       count(*) filter (where quality in (1, 2))                     as good,
       sum(result) filter (where quality in (1, 2))                  as total,
       min(result) filter (where quality in (1, 2))                  as low,
       max(result) filter (where quality in (1, 2))                  as high,
       first(result, phenomenon_time) filter (where quality in (1, 2)) as first,
       last(result, phenomenon_time) filter (where quality in (1, 2))  as last
from observation
group by 1, 2
with no data;

create materialized view observation_daily
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select datastream_id,
       time_bucket(interval '1 day', bucket)                as bucket,
       sum(n)                                               as n,
       sum(good)                                            as good,
       sum(total)                                           as total,
       min(low)                                             as low,
       max(high)                                            as high,
       first(first, bucket) filter (where first is not null) as first,
       last(last, bucket) filter (where last is not null)    as last,
       count(*) filter (where good > 0)                     as good_hours,
       -- of hourly means, so that a mean of hours (as air quality law asks for) can be made from days
       sum(total / nullif(good, 0))                         as hourly_means
from observation_hourly
group by 1, 2
with no data;

-- Late data is materialised again, however late, up to shortly before raw is dropped: a refresh that reached dropped
-- raw would find nothing there and empty the aggregates (the aggregate follows its source). What is imported from before
-- that is refreshed by the import itself.
select add_continuous_aggregate_policy('observation_hourly',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '5 minutes');
select add_continuous_aggregate_policy('observation_daily',
  start_offset => interval '390 days', end_offset => interval '1 day', schedule_interval => interval '30 minutes');

-- Raw for 13 months: a year can be recomputed from raw. The aggregates stay.
select add_retention_policy('observation', interval '400 days');

-- Observations that carry their own position (drive tests, speed tests). `cell` is the H3 cell at resolution 10;
-- a parent is bit arithmetic on it.
create table mobile_observation (
  datastream_id   int not null,
  phenomenon_time timestamptz not null,
  result          float8 not null,
  quality         smallint not null,
  reasons         int not null default 0,
  lon             float8 not null,
  lat             float8 not null,
  cell            bigint not null,
  primary key (datastream_id, phenomenon_time)
);
select create_hypertable('mobile_observation', 'phenomenon_time', chunk_time_interval => interval '7 days', create_default_indexes => false);
alter table mobile_observation set (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'datastream_id',
  timescaledb.compress_orderby = 'phenomenon_time'
);
select add_compression_policy('mobile_observation', interval '14 days', schedule_interval => interval '1 day');

-- The parent of an H3 cell: resolution bits replaced, digits below it set to 7 (H3 index layout, h3geo.org/docs/core-library/h3Indexing).
create function h3_parent(cell bigint, resolution int) returns bigint
language sql immutable strict parallel safe as $$
  select (cell & ~(15::bigint << 52)) | (resolution::bigint << 52) | ((1::bigint << (3 * (15 - resolution))) - 1)
$$;
