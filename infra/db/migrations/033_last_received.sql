-- When a source was last heard, by the clock of the worker: the age of the data flow, which the times that devices claim
-- cannot tell.
alter table ingest_ledger add column last_received_at timestamptz;
