-- Reconciliation compares every rollup: how many there were, and the first differences of single ones.
alter table reconciliation add column rollups int, add column rollup_differences jsonb;
