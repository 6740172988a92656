-- Observations: raw, hourly, daily. Buckets are UTC; local days are composed in queries.
--
-- A result is kept as a whole number and what it is divided by: 12.3 as 123 / 10. TimescaleDB compresses whole numbers by
-- their differences, which takes a third of what XOR of neighbouring float8 takes, since 12.3 has no end in binary; and
-- the division of exact numbers is correctly rounded (IEEE 754), so it gives back the very same float8. What has no such
-- decimal form is divided by a power of two, which every float8 has. docs/performance.md has the figures.
create table observation_packed (
  datastream_id   int not null,
  divisor         real not null check (divisor > 0),
  phenomenon_time timestamptz not null,
  scaled          bigint not null,
  reasons         int not null default 0,
  quality         smallint not null,
  primary key (datastream_id, phenomenon_time)
);
-- A week: long enough that the rows of one Datastream fill what is compressed together.
select create_hypertable('observation_packed', 'phenomenon_time', chunk_time_interval => interval '7 days', create_default_indexes => false);
alter table observation_packed set (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'datastream_id',
  timescaledb.compress_orderby = 'phenomenon_time'
);
select add_compression_policy('observation_packed', interval '7 days', schedule_interval => interval '1 hour');

-- What everybody reads. Flags are updated and rows deleted through it as well; who inserts many writes the table beneath.
create view observation as
select datastream_id, phenomenon_time, scaled::float8 / divisor::float8 as result, quality, reasons
from observation_packed;
alter view observation alter column reasons set default 0;

-- The twin of ingest/pack-result.ts. `decimals`: as many at least, so that neighbours are scaled alike.
create function pack_result(result float8, decimals int default 0, out scaled bigint, out divisor real)
language plpgsql immutable strict parallel safe as $$
declare
  whole float8;
begin
  for digits in decimals..9 loop
    divisor := ('1e' || digits)::real;
    whole := round(result * divisor::float8);
    exit when abs(whole) > 9007199254740992;
    scaled := whole::bigint;
    if scaled::float8 / divisor::float8 = result then return; end if;
  end loop;
  divisor := 1;
  whole := result;
  while whole <> trunc(whole) and divisor < 2::float8 ^ 120 loop
    divisor := divisor * 2;
    whole := whole * 2;
  end loop;
  while abs(whole) > 9007199254740992 loop
    divisor := divisor / 2; -- beyond 1e50 an error: out of range
    whole := whole / 2;
  end loop;
  scaled := round(whole)::bigint;
end
$$;

create function insert_observation() returns trigger
language plpgsql as $$
begin
  insert into observation_packed (datastream_id, phenomenon_time, scaled, divisor, quality, reasons)
  select new.datastream_id, new.phenomenon_time, p.scaled, p.divisor, new.quality, new.reasons from pack_result(new.result) p;
  return new;
end
$$;
create trigger insert_observation instead of insert on observation
for each row execute function insert_observation();

-- The latest measured value of each Datastream (by phenomenon time, not by arrival), kept by the store.
create table latest_observation (
  datastream_id   int primary key references datastream on delete cascade,
  phenomenon_time timestamptz not null,
  result          float8 not null,
  quality         smallint not null,
  reasons         int not null default 0
) with (fillfactor = 70);

-- Good means quality 1 or 2. Suspect values (3) have a count and a sum of their own, so that what they would change can be
-- said after raw is gone; failed ones are counted in n alone.
create materialized view observation_hourly
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select datastream_id,
       time_bucket(interval '1 hour', phenomenon_time) as bucket,
       count(*)                                                      as n,
       count(*) filter (where quality in (1, 2))                     as good,
       sum(scaled::float8 / divisor::float8) filter (where quality in (1, 2))                  as total,
       min(scaled::float8 / divisor::float8) filter (where quality in (1, 2))                  as low,
       max(scaled::float8 / divisor::float8) filter (where quality in (1, 2))                  as high,
       first(scaled::float8 / divisor::float8, phenomenon_time) filter (where quality in (1, 2)) as first,
       last(scaled::float8 / divisor::float8, phenomenon_time) filter (where quality in (1, 2))  as last,
       count(*) filter (where quality = 3)                           as suspect,
       sum(scaled::float8 / divisor::float8) filter (where quality = 3)                        as suspect_total
from observation_packed
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
       sum(total / nullif(good, 0))                         as hourly_means,
       sum(suspect)                                         as suspect,
       sum(suspect_total)                                   as suspect_total,
       -- the same two with the suspect values taken for good
       count(*) filter (where good + suspect > 0)           as usable_hours,
       sum((coalesce(total, 0) + coalesce(suspect_total, 0)) / nullif(good + suspect, 0)) as usable_hourly_means
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

-- An hour of a Datastream takes as much as four raw observations, and rollups are kept for ever: compressed as well, a
-- few weeks of one Datastream together. What comes later than that is materialised all the same, and slower.
select set_chunk_time_interval('observation_hourly', interval '28 days'), set_chunk_time_interval('observation_daily', interval '364 days');
alter materialized view observation_hourly set (
  timescaledb.compress, timescaledb.compress_segmentby = 'datastream_id', timescaledb.compress_orderby = 'bucket'
);
alter materialized view observation_daily set (
  timescaledb.compress, timescaledb.compress_segmentby = 'datastream_id', timescaledb.compress_orderby = 'bucket'
);
select add_compression_policy('observation_hourly', interval '60 days', schedule_interval => interval '1 day');
select add_compression_policy('observation_daily', interval '60 days', schedule_interval => interval '1 day');

-- Raw for 13 months: a year can be recomputed from raw. The aggregates stay.
select add_retention_policy('observation_packed', interval '400 days');

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
