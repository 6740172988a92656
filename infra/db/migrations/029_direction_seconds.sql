-- The seconds that directions are made of stay as long as the quarters that are made of them, and count their observations, as
-- retention asks of every rollup of raw (migration 028). Made anew from raw, which is all still there.
drop materialized view direction_quarter;
drop materialized view direction_second;

-- What was measured in the same second goes together.
create materialized view direction_second
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select p.direction_id as datastream_id,
       time_bucket(interval '1 second', o.phenomenon_time) as bucket,
       count(*)                                                       as n,
       count(*) filter (where not p.is_speed and o.quality in (1, 2)) as good,
       sum(cosd(o.scaled::float8 / o.divisor::float8)) filter (where not p.is_speed and o.quality in (1, 2)) as north,
       sum(sind(o.scaled::float8 / o.divisor::float8)) filter (where not p.is_speed and o.quality in (1, 2)) as east,
       avg(o.scaled::float8 / o.divisor::float8) filter (where p.is_speed and o.quality in (1, 2)) as speed,
       count(*) filter (where not p.is_speed and o.quality = 3) as suspect,
       sum(cosd(o.scaled::float8 / o.divisor::float8)) filter (where not p.is_speed and o.quality = 3) as suspect_north,
       sum(sind(o.scaled::float8 / o.divisor::float8)) filter (where not p.is_speed and o.quality = 3) as suspect_east
from observation_packed o
join wind_pair p on p.datastream_id = o.datastream_id
where o.quality in (1, 2, 3)
group by 1, 2
with no data;
-- In one piece: a refresh in batches of a few buckets would have millions of them.
select add_continuous_aggregate_policy('direction_second',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '5 minutes',
  buckets_per_batch => 0);

-- Quarters of an hour: few instruments, and they serve every clock.
create materialized view direction_quarter
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select datastream_id,
       time_bucket(interval '15 minutes', bucket) as bucket,
       sum(good)                                          as good,
       sum(north)                                         as north,
       sum(east)                                          as east,
       sum(good) filter (where speed is not null)         as paired,
       -- of those with a speed: the vectors times it, and the speeds themselves
       sum(speed * good)                                  as wind,
       sum(speed * north)                                 as wind_north,
       sum(speed * east)                                  as wind_east,
       sum(suspect)                                       as suspect,
       sum(suspect_north)                                 as suspect_north,
       sum(suspect_east)                                  as suspect_east
from direction_second
group by 1, 2
with no data;
select add_continuous_aggregate_policy('direction_quarter',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '5 minutes',
  buckets_per_batch => 0);

select set_chunk_time_interval('direction_second', interval '28 days');
alter materialized view direction_second set (
  timescaledb.compress, timescaledb.compress_segmentby = 'datastream_id', timescaledb.compress_orderby = 'bucket'
);
select add_compression_policy('direction_second', interval '60 days', schedule_interval => interval '1 day');

-- A day at a time.
select remove_continuous_aggregate_policy('observation_quarter');
select add_continuous_aggregate_policy('observation_quarter',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '5 minutes',
  buckets_per_batch => 96);
