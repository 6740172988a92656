-- What the ingest did with every message it was handed.

-- One row per worker run and source, written in the transaction that stores the batch: the books cannot disagree with
-- the table. received = stored + duplicate + rejected + in_flight. A run that ended with messages in flight never
-- acknowledged them, so the broker delivers them again to another run.
create table ingest_ledger (
  run                     uuid not null,
  source                  text not null,
  started_at              timestamptz not null default now(),
  updated_at              timestamptz not null default now(),
  ended_at                timestamptz,
  received                bigint not null default 0,
  stored                  bigint not null default 0,
  duplicate               bigint not null default 0,
  rejected                bigint not null default 0,
  in_flight               bigint not null default 0,
  -- observations, of which a message carries several
  observations_stored     bigint not null default 0,
  observations_duplicate  bigint not null default 0,
  -- same Datastream and time, another result: the first is kept
  observations_conflict   bigint not null default 0,
  observations_rejected   bigint not null default 0,
  primary key (run, source)
);

-- Every payload that was not understood, or not wholly (`partial`): nothing is dropped silently.
create table rejected_message (
  id          bigint generated always as identity primary key,
  received_at timestamptz not null default now(),
  source      text not null,
  topic       text not null,
  payload     bytea not null,
  reason      text not null,
  detail      text not null default '',
  -- the rest of the message was stored
  partial     boolean not null default false,
  -- payloads above the limit keep their first bytes and say how long they were
  full_bytes  bigint not null,
  replayed_at timestamptz
);
create index on rejected_message (received_at desc, id desc);
create index on rejected_message (reason);
