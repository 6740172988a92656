-- Notifications: who is notified of what, and what became of each message (docs/notifications.md).
--
--   event -> notification, one per receiver: waiting -> grouped into a message
--                                                   -> cancelled (not needed any more)
--         -> notification_message:           pending -> sent
--                                                   -> undeliverable (attempts used up, or refused for good)

-- Whom to notify, and how. There is none by default. A deleted receiver keeps its name for the history, not its address.
create table notification_receiver (
  id                         bigint generated always as identity primary key,
  name                       text not null,
  channel                    text not null check (channel in ('email', 'webhook', 'mqtt', 'web_push', 'alertmanager', 'feed')),
  -- address, URL or topic: what may be shown
  config                     jsonb not null default '{}',
  -- what may not: encrypted, AES-256-GCM
  secret                     bytea,
  language                   text not null default 'en',
  enabled                    boolean not null default true,
  severities                 text[] not null default '{info,warning,critical}',
  -- keys of zones, and owners; empty: all
  zones                      text[] not null default '{}',
  owners                     text[] not null default '{}',
  -- {windows: [{days, from, to}], exceptSeverities}, local time of the city
  quiet_hours                jsonb,
  -- 0: at once; otherwise how long after the incident opened, unless it was acknowledged or ended before
  escalate_after_minutes     int not null default 0 check (escalate_after_minutes >= 0),
  remind_minutes             int check (remind_minutes > 0),
  remind_acknowledged_minutes int check (remind_acknowledged_minutes > 0),
  max_per_hour               int not null default 20 check (max_per_hour > 0),
  group_seconds              int not null default 2 check (group_seconds >= 0),
  template                   text,
  tested_at                  timestamptz,
  test_error                 text,
  created_at                 timestamptz not null default now(),
  deleted_at                 timestamptz
);
create unique index on notification_receiver (name) where deleted_at is null;

-- `matchers`: {field: [values]}; an event matches when every field has one of its values.
create table notification_silence (
  id         bigint generated always as identity primary key,
  matchers   jsonb not null,
  starts_at  timestamptz not null,
  ends_at    timestamptz not null check (ends_at > starts_at),
  author     text not null,
  comment    text not null,
  created_at timestamptz not null default now()
);
create index on notification_silence (ends_at);

-- Work that is planned: weekly windows in the local time of the city, between two dates or for good.
create table notification_maintenance (
  id         bigint generated always as identity primary key,
  name       text not null,
  matchers   jsonb not null,
  windows    jsonb not null,
  starts_at  timestamptz,
  ends_at    timestamptz,
  author     text not null,
  created_at timestamptz not null default now()
);

-- Each incident as far as notifications know it. No foreign key: alerting owns incidents.
create table notification_incident (
  incident_id     text primary key,
  state           text not null check (state in ('open', 'acknowledged', 'ended')),
  -- the newest event
  event           jsonb not null,
  -- when the first event arrived: later steps count from it
  opened_at       timestamptz not null,
  acknowledged_at timestamptz,
  ended_at        timestamptz
);
create index on notification_incident (incident_id) where state <> 'ended';

-- One message to one receiver, with the notifications that were grouped into it. The id is that of every attempt, so that a
-- receiver can recognise a repetition.
create table notification_message (
  id              uuid primary key,
  receiver_id     bigint not null references notification_receiver,
  state           text not null check (state in ('pending', 'sent', 'undeliverable')),
  severity        text not null,
  -- what is sent: the events and when the message was composed
  content         jsonb not null,
  attempts        int not null default 0,
  next_attempt_at timestamptz not null,
  lease_until     timestamptz,
  leased_by       text,
  last_error      text,
  created_at      timestamptz not null,
  finished_at     timestamptz
);
-- One at a time per receiver: messages arrive in their order, and an unreachable receiver collects one entry.
create unique index on notification_message (receiver_id) where state = 'pending';
create index on notification_message (next_attempt_at) where state = 'pending';
create index on notification_message (receiver_id, finished_at);
create index on notification_message (created_at);

-- The outbox: what alerting wrote in its transaction, one row per event and receiver.
create table notification (
  id          bigint generated always as identity primary key,
  incident_id text not null,
  kind        text not null,
  event_at    timestamptz not null,
  receiver_id bigint not null references notification_receiver,
  event       jsonb not null,
  -- a later step: dropped when the incident is acknowledged before it is due
  escalation  boolean not null default false,
  state       text not null default 'waiting' check (state in ('waiting', 'grouped', 'cancelled')),
  due_at      timestamptz not null,
  -- why it is not sent although it was due: silence, maintenance, quiet_hours, limit
  held_by     text,
  cancelled   text,
  message_id  uuid references notification_message,
  created_at  timestamptz not null,
  unique (incident_id, kind, event_at, receiver_id)
);
create index on notification (receiver_id, due_at) where state = 'waiting';
create index on notification (message_id);
create index on notification (created_at);
