-- The registry: the city, its zones, its Things and what they measure.
create extension if not exists timescaledb;

-- The one city this database holds. `pack` is city.json as it was loaded; `base_map` is map.geojson.
create table city (
  id          smallint primary key default 1 check (id = 1),
  pack        jsonb not null,
  base_map    jsonb,
  features    jsonb,
  loaded_at   timestamptz not null default now()
);

create table zone (
  id          int generated always as identity primary key,
  key         text not null unique,
  name        text not null,
  population  int,
  households  int,
  income      float8,
  area_km2    float8 not null,
  geometry    jsonb not null,
  attributes  jsonb not null default '{}'
);

create table thing (
  id                  int generated always as identity primary key,
  key                 text not null unique,
  name                text not null,
  domain              text not null,
  kind                text not null,
  grade               text not null default 'unknown',
  -- a GeoJSON Point or LineString; lon and lat are its point or its middle
  geometry            jsonb,
  lon                 float8,
  lat                 float8,
  zone_id             int references zone on delete set null,
  expected_interval_s int,
  -- false until a person confirms a Thing that provisioned itself
  verified            boolean not null default false,
  simulated           boolean not null default false,
  attributes          jsonb not null default '{}',
  created_at          timestamptz not null default now()
);
create index on thing (zone_id);
create index on thing (domain);

-- How messages name a Thing: `<format>/<device id>`. Several names may lead to one Thing, so that a Thing can change
-- its device, or be merged with another, and keep its history.
create table thing_device (
  device   text primary key,
  thing_id int not null references thing on delete cascade
);
create index on thing_device (thing_id);

-- `channel` tells apart what shares a property: a second probe, a phase, a radio generation. '' where there is one only.
create table datastream (
  id         int generated always as identity primary key,
  thing_id   int not null references thing on delete cascade,
  property   text not null,
  channel    text not null default '',
  unit       text not null,
  created_at timestamptz not null default now(),
  unique (thing_id, property, channel)
);
