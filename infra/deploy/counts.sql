-- What a city has, to compare a restored database with the original at the moment of its backup (backup.sql).
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' '
select 'observations', count(*), coalesce(sum(result::numeric), 0), min(phenomenon_time at time zone 'UTC'), max(phenomenon_time at time zone 'UTC')
from observation;
select 'with a position', count(*), coalesce(sum(result::numeric), 0) from mobile_observation;
select 'quality', quality, count(*) from observation group by quality order by quality;
select 'messages', sum(received), sum(stored), sum(duplicate), sum(rejected) from ingest_ledger;
select 'rejected', count(*) from rejected_message;
select 'registry', (select count(*) from thing), (select count(*) from datastream), (select count(*) from zone);
select 'surveys', (select count(*) from survey), (select count(*) from microdata.response);
select 'audit', count(*), max(id) from audit_entry;
