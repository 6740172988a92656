-- Meters: what the count of a meter is made of (model/meter), and replacements that somebody recorded.

-- First, last, lowest and highest good reading of every hour, with their times. A reading at the full hour closes the hour
-- before it: what a meter counted up to 24:00 belongs to the day that ends. So these hours begin a microsecond, the resolution
-- of timestamptz, after the full hour and end with the next one. Kept for meters alone: the counters of model/properties.ts.
create materialized view meter_hourly
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select o.datastream_id,
       time_bucket(interval '1 hour', o.phenomenon_time, "offset" => interval '1 microsecond') as bucket,
       count(*)                                        as n,
       count(*) filter (where o.quality in (1, 2))     as good,
       count(*) filter (where o.quality = 3)           as suspect,
       min(o.phenomenon_time) filter (where o.quality in (1, 2)) as first_at,
       max(o.phenomenon_time) filter (where o.quality in (1, 2)) as last_at,
       first(o.scaled::float8 / o.divisor::float8, o.phenomenon_time) filter (where o.quality in (1, 2)) as first,
       last(o.scaled::float8 / o.divisor::float8, o.phenomenon_time) filter (where o.quality in (1, 2))  as last,
       min(o.scaled::float8 / o.divisor::float8) filter (where o.quality in (1, 2)) as low,
       max(o.scaled::float8 / o.divisor::float8) filter (where o.quality in (1, 2)) as high
from observation_packed o
join datastream d on d.id = o.datastream_id
where d.property in ('energy', 'energy_export', 'energy_produced', 'thermal_energy', 'gas_volume', 'water_volume',
  'precipitation_total')
group by 1, 2
with no data;

create materialized view meter_daily
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select datastream_id,
       time_bucket(interval '1 day', bucket, "offset" => interval '1 microsecond') as bucket,
       sum(n)                              as n,
       sum(good)                           as good,
       sum(suspect)                        as suspect,
       count(*) filter (where good > 0)    as good_hours,
       min(first_at)                       as first_at,
       max(last_at)                        as last_at,
       first(first, bucket) filter (where first is not null) as first,
       last(last, bucket) filter (where last is not null)    as last,
       min(low)                            as low,
       max(high)                           as high
from meter_hourly
group by 1, 2
with no data;

-- As far back as observation_hourly (migration 002). The first refresh waits until a new city has its first readings.
select add_continuous_aggregate_policy('meter_hourly', start_offset => interval '390 days', end_offset => interval '1 hour',
  schedule_interval => interval '5 minutes', initial_start => now() + interval '5 minutes');
select add_continuous_aggregate_policy('meter_daily', start_offset => interval '390 days', end_offset => interval '1 day',
  schedule_interval => interval '30 minutes', initial_start => now() + interval '6 minutes');
select set_chunk_time_interval('meter_hourly', interval '28 days'), set_chunk_time_interval('meter_daily', interval '364 days');
alter materialized view meter_hourly set (
  timescaledb.compress, timescaledb.compress_segmentby = 'datastream_id', timescaledb.compress_orderby = 'bucket'
);
select add_compression_policy('meter_hourly', interval '60 days', schedule_interval => interval '1 day');

-- The meter behind a Datastream was replaced at `replaced_at`; `final_reading` of the old one, `start_reading` of the new one.
create table meter_replacement (
  id            int generated always as identity primary key,
  thing_id      int not null references thing on delete cascade,
  property      text not null,
  channel       text not null default '',
  replaced_at   timestamptz not null,
  final_reading float8,
  start_reading float8,
  note          text not null default '',
  created_at    timestamptz not null default now(),
  unique (thing_id, property, channel, replaced_at)
);
