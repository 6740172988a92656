-- Sound levels by the hour, as energies: 60 and 70 dB are 67.4 dB together and not 65, so the means of observation_hourly do
-- not serve. Kept for microphones alone. A Datastream's property never changes, so the join is safe to materialise.
create materialized view sound_hourly
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select o.datastream_id,
       time_bucket(interval '1 hour', o.phenomenon_time) as bucket,
       avg(power(10, o.scaled::float8 / o.divisor::float8 / 10)) filter (where o.quality in (1, 2)) as energy,
       count(*) filter (where o.quality in (1, 2)) as n,
       sum(power(10, o.scaled::float8 / o.divisor::float8 / 10)) filter (where o.quality = 3) as suspect_energy
from observation_packed o
join datastream d on d.id = o.datastream_id
where d.property = 'sound_level' and o.quality in (1, 2, 3) and o.scaled::float8 / o.divisor::float8 between -100 and 300
group by 1, 2
with no data;

-- As far back as observation_hourly (migration 002).
select add_continuous_aggregate_policy('sound_hourly',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '15 minutes');

-- Its days, by which a late reading is noticed (migration 015).
create materialized view sound_daily
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select datastream_id, time_bucket(interval '1 day', bucket) as bucket, sum(n) as n, sum(n) as good, sum(energy) as total
from sound_hourly
group by 1, 2
with no data;
select add_continuous_aggregate_policy('sound_daily',
  start_offset => interval '390 days', end_offset => interval '1 day', schedule_interval => interval '30 minutes');
