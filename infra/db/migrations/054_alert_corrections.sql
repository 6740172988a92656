-- Observations that arrived after later ones of their Datastream: what was evaluated without them may have been otherwise
-- (domain/alerting/engine/repair.ts). One row for each batch and Datastream; gone once the history was compared.
create table late_observation (
  id            bigint generated always as identity primary key,
  datastream_id int not null references datastream on delete cascade,
  earliest      timestamptz not null,
  latest        timestamptz not null,
  arrived_at    timestamptz not null
);
create index on late_observation (datastream_id);

-- What late data says of the past of a rule at a Thing. Incidents, and what was notified of them, stay as they were.
create table alert_correction (
  id           bigint generated always as identity primary key,
  rule_id      text not null references alert_rule on delete cascade,
  rule_version int not null,
  thing_id     int not null references thing on delete cascade,
  -- null: there was no incident
  incident_id  bigint references incident on delete cascade,
  kind         text not null check (kind in ('would_have_fired', 'other_times', 'not_exceeded')),
  severity     text,
  -- phenomenon times
  started_at   timestamptz,
  ended_at     timestamptz,
  recorded_at  timestamptz not null,
  -- when data that came later still said otherwise
  superseded_at timestamptz,
  check ((kind = 'would_have_fired') = (incident_id is null)),
  check ((kind = 'not_exceeded') = (started_at is null))
);
create index on alert_correction (rule_id, id);
create index on alert_correction (incident_id);
create index on alert_correction (thing_id);
