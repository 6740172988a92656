-- How the messages of a topic filter are built, as described in the dashboard (model/city/payload-mapping.ts). It takes
-- precedence over the format of the source that receives them.
create table payload_mapping (
  name       text primary key,
  -- MQTT topic filter
  topic      text not null unique,
  mapping    jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
