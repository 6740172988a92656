-- Raw against rollup, compared every night and on demand: what was found, and which process looks at the moment.
create table reconciliation (
  id           bigint generated always as identity primary key,
  started_at   timestamptz not null default now(),
  -- null: under way, or the process died over it
  finished_at  timestamptz,
  window_from  timestamptz not null,
  window_to    timestamptz not null,
  asked_by     text not null,
  days         int,
  compared     bigint,
  observations bigint,
  -- how many Datastreams and days differ, and the first of them
  differing    int,
  differences  jsonb
);
