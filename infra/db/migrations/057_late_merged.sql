-- While no engine compares late data with the history of alerts, notes of one Datastream are merged instead of collected
-- (ingest/commit/late-observations.ts): there are about as many as Datastreams, however long that is. Null: as arrived_at.
alter table late_observation add column first_arrived_at timestamptz;

-- Datastreams whose late data waited until it was too old to be compared.
alter table alert_engine add column uncorrected bigint not null default 0;
