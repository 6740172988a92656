-- What people do to the registry, what devices say that nobody has mapped yet, and the books by Thing.

alter table thing add column owner text;
-- a model of device: `lht65`, `sds011-nodemcu`; field mappings may hold for a profile
alter table thing add column profile text;
-- columns a person has set: the city pack leaves them alone from then on
alter table thing add column edited text[] not null default '{}';
-- the name led to another Thing before that was merged into this one. A former key stays as `key/<former key>`.
alter table thing_device add column merged boolean not null default false;

-- Whatever the ingest remembers of the registry is read anew when this number changes. Workers ask for it every second
-- or two: the embedded database has no notifications.
create table registry_version (
  id         smallint primary key default 1 check (id = 1),
  version    bigint not null default 1,
  changed_at timestamptz not null default now()
);
insert into registry_version default values;

-- Who changed what and when, in the order of `id`.
create table registry_change (
  id      bigint generated always as identity primary key,
  at      timestamptz not null default now(),
  who     text not null,
  action  text not null,
  -- key of the Thing as it was named then, or the field of a mapping
  subject text not null,
  before  jsonb,
  after   jsonb
);
create index on registry_change (subject, id desc);

-- Fields in payloads, as people mapped them; '' stands for any. The most specific mapping holds:
-- device, then profile, then format.
create table field_mapping (
  id         int generated always as identity primary key,
  field      text not null,
  format     text not null default '',
  device     text not null default '',
  profile    text not null default '',
  property   text not null,
  unit       text,
  channel    text not null default '',
  created_at timestamptz not null default now(),
  unique (field, format, device, profile)
);

-- Numbers in payloads that nothing maps: one row a device and field, written with the batch that kept the message.
create table unmapped_field (
  format     text not null,
  field      text not null,
  device     text not null,
  -- the last part of the field, which a mapping may name as well
  name       text not null,
  source     text not null,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  n          bigint not null,
  -- the newest few values, as sent
  samples    text[] not null,
  primary key (format, field, device)
) with (fillfactor = 70);

-- full path and last part of each unmapped field: what to replay once they are mapped
alter table rejected_message add column fields text[] not null default '{}';
create index on rejected_message using gin (fields);

-- calibrated = gain * raw + offset, in the canonical unit, from `valid_from` (phenomenon time) until the next one.
create table calibration (
  id         int generated always as identity primary key,
  thing_id   int not null references thing on delete cascade,
  property   text not null,
  channel    text not null default '',
  valid_from timestamptz not null,
  gain       float8 not null,
  "offset"   float8 not null,
  note       text not null default '',
  created_at timestamptz not null default now(),
  unique (thing_id, property, channel, valid_from)
);

-- What became of the observations of each Thing, by day of arrival (UTC), written with the batch.
create table thing_ledger (
  thing_id  int not null references thing on delete cascade,
  day       date not null,
  messages  bigint not null default 0,
  stored    bigint not null default 0,
  duplicate bigint not null default 0,
  conflict  bigint not null default 0,
  rejected  bigint not null default 0,
  primary key (thing_id, day)
) with (fillfactor = 70);
-- What was stored before these books were opened stands under a day of its own.
insert into thing_ledger (thing_id, day, stored)
select d.thing_id, '1970-01-01', sum(o.n)
from (select datastream_id, count(*) as n from observation group by 1
      union all select datastream_id, count(*) from mobile_observation group by 1) o
join datastream d on d.id = o.datastream_id
group by 1;

-- Observations that came or went by another way than a message: merged away, or computed by a calibration. The invariant
-- check adds them to what the ingest stored.
create table observation_adjustment (
  id     bigint generated always as identity primary key,
  at     timestamptz not null default now(),
  reason text not null,
  thing  text not null,
  n      bigint not null
);

-- A merge under way: it goes in steps, and is taken up again where it ended.
create table thing_merge (
  id          int generated always as identity primary key,
  from_key    text not null,
  from_thing  int not null,
  into_thing  int not null,
  who         text not null,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  datastreams int not null default 0,
  moved       bigint not null default 0,
  duplicate   bigint not null default 0,
  -- both had an observation of that time: the one of the Thing that stays is kept
  conflict    bigint not null default 0
);
