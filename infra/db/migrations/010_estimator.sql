-- Who may read what. The schema of the answers is open to its owner alone. An estimate needs single answers: variances are
-- sums over clusters, and where nobody was drawn in clusters every respondent is one, so no sum by cell would do. The one
-- way to them is a function that names no respondent, gives only the columns asked for, and keeps the order of the file to
-- itself. It is the estimator's: a login of its own, which may do nothing else.
create function estimator_responses(of_survey text, columns text[])
returns table (weight float8, stratum text, cluster text, zone text, answers text[])
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select r.weight, r.stratum, r.cluster, r.zone_key,
         array(select r.answers ->> c from unnest(columns) with ordinality as asked (c, i) order by i)
  from microdata.response r
  where r.survey_id = of_survey
  order by md5(r.respondent || r.survey_id), r.respondent
$$;
revoke all on function estimator_responses(text, text[]) from public;
revoke all on schema microdata from public;
revoke all on all tables in schema microdata from public;

-- Two roles, neither a member of the other. citywell_api reads and writes what the API needs and has no way to an answer;
-- citywell_estimator calls the function and sees no table. Logins are members of one of them (docs/surveys.md). Where the
-- migrating user may not create roles, the administrator does it and runs these grants.
do $roles$
declare
  wanted text;
begin
  foreach wanted in array array['citywell_api', 'citywell_estimator'] loop
    if not exists (select 1 from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin noinherit', wanted);
      exception when duplicate_object or unique_violation then
        null; -- roles belong to the whole server: another database of it was faster
      end;
    end if;
  end loop;
  grant usage on schema public to citywell_api, citywell_estimator;
  grant select, insert, update, delete on all tables in schema public to citywell_api;
  grant usage, select on all sequences in schema public to citywell_api;
  alter default privileges in schema public grant select, insert, update, delete on tables to citywell_api;
  alter default privileges in schema public grant usage, select on sequences to citywell_api;
  grant execute on function estimator_responses(text, text[]) to citywell_estimator;
exception when insufficient_privilege then
  raise notice 'roles citywell_api and citywell_estimator not set up: %', sqlerrm;
end
$roles$;
