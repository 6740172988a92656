-- Which process runs a nightly job, and for which night it was run last (api/nightly/). A lease, as in migration 036.
create table nightly_job (
  job         text primary key,
  holder      uuid,
  lease_until timestamptz not null default '-infinity',
  -- the time at which that night's run was due
  done_for    timestamptz not null,
  finished_at timestamptz,
  -- of the last run
  failure     text
);
-- A new schema has missed no night. What is to be deleted may have been due for long.
insert into nightly_job (job, done_for) values
  ('reconcile', now()), ('compute_months', now()), ('delete_expired', '-infinity');
