-- Midnights of the dates that a city pack declares, as the process that loads it computes them (localMidnight): the time zone
-- database of PostgreSQL may be of another release than that of the process, which computes the ends of all periods, and
-- PostgreSQL reads the sign of a fixed offset ("+03:00") the other way round.
create table city_midnight (
  day date primary key,
  at  timestamptz not null
);

-- The local midnight at which a date begins in the city.
create or replace function registry_midnight(day text) returns timestamptz
language sql stable as $$
  select coalesce(
    (select m.at from city_midnight m where m.day = nullif(registry_midnight.day, '')::date),
    (nullif(registry_midnight.day, '')::date)::timestamp at time zone coalesce((select pack ->> 'timeZone' from city), 'UTC'))
$$;
