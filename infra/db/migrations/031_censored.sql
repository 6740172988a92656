-- How many good observations of an hour are limits and no measurements ("<2", ">500"; model/censored.ts): bits 15 and 16 of
-- the reasons. Hours without any are absent, so that it stays small however much is measured.
create materialized view censored_hourly
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select datastream_id,
       time_bucket(interval '1 hour', phenomenon_time) as bucket,
       count(*) filter (where reasons & 32768 <> 0) as below,
       count(*) filter (where reasons & 65536 <> 0) as above
from observation_packed
where reasons & 98304 <> 0 and quality in (1, 2)
group by 1, 2
with no data;

-- As far back as observation_hourly (migration 002).
select add_continuous_aggregate_policy('censored_hourly',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '15 minutes');
