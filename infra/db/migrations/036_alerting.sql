-- Alerting: rules, the state of each rule at each subject, incidents and their history (docs/alerting.md). A transition
-- writes state, history and notifications in one transaction.

create table alert_rule (
  id          text primary key,
  name        text not null,
  -- model/alerting/rule.ts
  definition  jsonb not null,
  enabled     boolean not null default true,
  -- with every change; the engine writes nothing for a version that is no longer the current one
  version     int not null default 1,
  created_at  timestamptz not null default now(),
  created_by  text not null,
  updated_at  timestamptz not null default now(),
  -- why it could not be evaluated the last time, and since when
  error       text,
  error_since timestamptz
);

create table incident (
  id              bigint generated always as identity primary key,
  rule_id         text not null,
  -- as they were when it was opened: rules, Things and zones may go, incidents stay
  rule_name       text not null,
  subject_kind    text not null check (subject_kind in ('thing', 'zone', 'city', 'source', 'system')),
  subject_id      text not null,
  subject_name    text not null,
  thing_id        int,
  zone_id         int,
  owner           text,
  condition       text not null,
  severity        text not null check (severity in ('info', 'warning', 'critical')),
  max_severity    text not null check (max_severity in ('info', 'warning', 'critical')),
  handling        text not null default 'open' check (handling in ('open', 'acknowledged', 'assigned', 'closed')),
  -- phenomenon times of the condition, and when Citywell opened and closed the incident
  started_at      timestamptz not null,
  ended_at        timestamptz,
  opened_at       timestamptz not null,
  closed_at       timestamptz,
  closed_reason   text,
  property        text,
  unit            text,
  value           float8,
  threshold       float8,
  affected_things int not null default 1,
  affected_people int,
  flapping        boolean not null default false,
  acknowledged_by text,
  acknowledged_at timestamptz,
  assigned_to     text,
  -- the incident of the cause that this one was merged into
  cause_id        bigint,
  updated_at      timestamptz not null default now(),
  check ((closed_at is null) = (handling <> 'closed')),
  check ((closed_at is null) = (closed_reason is null))
);
-- One open incident per rule and subject, whoever writes.
create unique index incident_open on incident (rule_id, subject_kind, subject_id) where closed_at is null;
create index on incident (opened_at desc, id desc);
create index on incident (thing_id);
create index on incident (cause_id);

create table incident_event (
  id          bigint generated always as identity primary key,
  incident_id bigint not null references incident on delete cascade,
  -- phenomenon time for what was measured, the time of the action for what people did
  at          timestamptz not null,
  recorded_at timestamptz not null default now(),
  kind        text not null,
  condition   text,
  severity    text,
  value       float8,
  -- who acted; null for Citywell
  who         text,
  note        text,
  -- how many messages went into the outbox
  notified    int not null default 0,
  detail      jsonb not null default '{}'
);
create index on incident_event (incident_id, id);

-- Instances that are anything but normal, and those that were until lately; all others have no row.
create table alert_state (
  rule_id      text not null references alert_rule on delete cascade,
  subject_kind text not null,
  subject_id   text not null,
  condition    text not null,
  severity     text,
  incident_id  bigint references incident on delete set null,
  -- domain/alerting/machine.ts
  state        jsonb not null,
  -- phenomenon time of the last measurement
  last_at      timestamptz,
  updated_at   timestamptz not null default now(),
  primary key (rule_id, subject_kind, subject_id)
) with (fillfactor = 70);
create index on alert_state (updated_at);

-- One engine at a time evaluates: the one that holds the lease. A lease and not a lock of the session, as in migration 007.
create table alert_engine (
  id            smallint primary key default 1 check (id = 1),
  holder        uuid,
  lease_until   timestamptz not null default '-infinity',
  -- up to when everything was evaluated
  evaluated_at  timestamptz,
  evaluations   bigint not null default 0,
  skipped       bigint not null default 0,
  -- with every change of a rule
  rules_version bigint not null default 1,
  -- the default rules were offered once; a deleted one does not come back
  seeded        boolean not null default false
);
insert into alert_engine default values;

create function count_alert_rule_change() returns trigger
language plpgsql as $$
begin
  update alert_engine set rules_version = rules_version + 1;
  return null;
end
$$;
create trigger rules_changed after insert or delete or truncate on alert_rule
for each statement execute function count_alert_rule_change();
create trigger rules_edited after update of definition, enabled, name on alert_rule
for each statement execute function count_alert_rule_change();
