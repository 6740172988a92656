-- What Home Assistant discovery says of state topics. Any worker may get a config or a state, so it is kept here.
create table discovered_entity (
  -- topic of the config, and what of it: a component of a device, its availability
  config_topic text not null,
  part         text not null default '',
  state_topic  text not null,
  -- as ingest/decode/home-assistant-config.ts reads it
  entity       jsonb not null,
  updated_at   timestamptz not null default now(),
  primary key (config_topic, part)
);
create index on discovered_entity (state_topic);
