-- Hours of a clock that is off UTC by part of an hour, and directions.

-- Readings are kept in UTC hours. Where the city's clock is off by part of an hour (Kolkata, Kathmandu, Adelaide, St John's,
-- Lord Howe), its hours and days lie across them: such a city has quarters of an hour as well, of which hours of its own clock
-- are made. False for all other cities, whose quarters stay empty. The twin of hasQuarterHours in model/period.ts.
alter table city add column quarter_hours boolean not null default false;

create function has_quarter_hours(zone text) returns boolean
language plpgsql stable as $$
begin
  return exists (
    select from generate_series(timestamptz '2000-01-15 00:00Z', timestamptz '2030-01-15 00:00Z', interval '1 month') as at
    where extract(epoch from (at at time zone zone) - (at at time zone 'UTC'))::int % 3600 <> 0
  );
exception when invalid_parameter_value then
  return false;
end
$$;
create function set_quarter_hours() returns trigger
language plpgsql as $$
begin
  new.quarter_hours := has_quarter_hours(new.pack ->> 'timeZone');
  return new;
end
$$;
create trigger set_quarter_hours before insert or update of pack on city
for each row execute function set_quarter_hours();
update city set pack = pack;

create materialized view observation_quarter
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select o.datastream_id,
       time_bucket(interval '15 minutes', o.phenomenon_time) as bucket,
       count(*)                                          as n,
       count(*) filter (where o.quality in (1, 2))       as good,
       sum(o.scaled::float8 / o.divisor::float8) filter (where o.quality in (1, 2)) as total,
       min(o.scaled::float8 / o.divisor::float8) filter (where o.quality in (1, 2)) as low,
       max(o.scaled::float8 / o.divisor::float8) filter (where o.quality in (1, 2)) as high,
       first(o.scaled::float8 / o.divisor::float8, o.phenomenon_time) filter (where o.quality in (1, 2)) as first,
       last(o.scaled::float8 / o.divisor::float8, o.phenomenon_time) filter (where o.quality in (1, 2))  as last,
       count(*) filter (where o.quality = 3)             as suspect,
       sum(o.scaled::float8 / o.divisor::float8) filter (where o.quality = 3) as suspect_total,
       -- energies, read for sound levels only (sound_hourly, migration 013)
       count(*) filter (where o.quality in (1, 2) and o.scaled::float8 / o.divisor::float8 between -100 and 300) as heard,
       sum(power(10, o.scaled::float8 / o.divisor::float8 / 10))
         filter (where o.quality in (1, 2) and o.scaled::float8 / o.divisor::float8 between -100 and 300) as energy,
       sum(power(10, o.scaled::float8 / o.divisor::float8 / 10))
         filter (where o.quality = 3 and o.scaled::float8 / o.divisor::float8 between -100 and 300) as suspect_energy
from observation_packed o
join city c on c.quarter_hours
group by 1, 2
with no data;
select add_continuous_aggregate_policy('observation_quarter',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '5 minutes');
select set_chunk_time_interval('observation_quarter', interval '28 days');
alter materialized view observation_quarter set (
  timescaledb.compress, timescaledb.compress_segmentby = 'datastream_id', timescaledb.compress_orderby = 'bucket'
);
select add_compression_policy('observation_quarter', interval '60 days', schedule_interval => interval '1 day');

-- Directions are averaged as vectors, weighted with the wind speed that the same Thing measured at the same time. Which
-- Datastreams go with which direction: itself, and the speed of the same channel, else of the Thing's only or nameless channel.
create table wind_pair (
  direction_id  int not null references datastream on delete cascade,
  datastream_id int not null references datastream on delete cascade,
  is_speed      boolean not null,
  primary key (direction_id, datastream_id)
);
create index on wind_pair (datastream_id);

create function pair_wind(of_thing int) returns void
language plpgsql as $$
begin
  -- one worker registers the speed while another registers the direction: the second one sees what the first one did
  perform from thing where id = of_thing for no key update;
  delete from wind_pair where direction_id in (select id from datastream where thing_id = of_thing);
  insert into wind_pair (direction_id, datastream_id, is_speed)
  select id, id, false from datastream where thing_id = of_thing and property = 'wind_direction'
  union all
  select d.id, s.id, true
  from datastream d
  cross join lateral (
    select s.id from datastream s
    where s.thing_id = d.thing_id and s.property = 'wind_speed'
      and s.channel in (regexp_replace(d.channel, '[.]?calibrated$', ''), '')
    order by s.channel desc limit 1
  ) s
  where d.thing_id = of_thing and d.property = 'wind_direction';
end
$$;
create function pair_wind_of_datastream() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' then perform pair_wind(old.thing_id); end if;
  perform pair_wind(new.thing_id);
  return null;
end
$$;
create trigger pair_wind after insert on datastream
for each row when (new.property in ('wind_direction', 'wind_speed')) execute function pair_wind_of_datastream();
create trigger pair_wind_again after update of thing_id, channel on datastream
for each row when (new.property in ('wind_direction', 'wind_speed')) execute function pair_wind_of_datastream();
select pair_wind(thing_id) from (select distinct thing_id from datastream where property = 'wind_direction') d;

-- What was measured in the same second goes together.
create materialized view direction_second
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select p.direction_id as datastream_id,
       time_bucket(interval '1 second', o.phenomenon_time) as bucket,
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
select add_continuous_aggregate_policy('direction_second',
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '5 minutes');

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
  start_offset => interval '390 days', end_offset => interval '1 hour', schedule_interval => interval '5 minutes');

-- The seconds follow raw; the quarters stay.
select add_retention_policy('direction_second', interval '400 days');
