-- Dumps the database of DATABASE_URL into the folder `folder` while it is in use, and writes next to it what was in it at that moment:
--   psql -X -v ON_ERROR_STOP=1 -v folder=city-backup -f infra/deploy/backup.sql "$DATABASE_URL"
-- Both read one snapshot, so the counts are those of the dump whatever is stored meanwhile.
\set QUIET on
\setenv BACKUP :folder
begin isolation level repeatable read read only;
select pg_export_snapshot() as snapshot \gset
\setenv SNAPSHOT :snapshot
\set counts :folder '/counts.txt'
\o :counts
\ir counts.sql
\o
\set dumped `pg_dump --format=custom --snapshot="$SNAPSHOT" --file="$BACKUP/city.dump" "$DATABASE_URL" >&2 && echo true || echo false`
commit;
\if :dumped
\else
  do $$ begin raise exception 'pg_dump failed: there is no backup'; end $$;
\endif
