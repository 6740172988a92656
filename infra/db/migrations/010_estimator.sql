-- Who may read what. The schema of the answers is open to its owner alone; everybody else, the API included, gets what an
-- estimate needs through one function: weights, design and the columns asked for, without the respondent's name, in an
-- order that is not that of the file.
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

-- The role of the API: a login that is a member of it (create role ... login in role citywell_api) reads and writes what
-- the API needs and has no way to the answers but the function. Where the migrating user may not create roles, the
-- administrator does it and runs these grants.
do $roles$
begin
  if not exists (select 1 from pg_roles where rolname = 'citywell_api') then
    begin
      create role citywell_api nologin noinherit;
    exception when duplicate_object or unique_violation then
      null; -- roles belong to the whole server: another database of it was faster
    end;
  end if;
  grant usage on schema public to citywell_api;
  grant select, insert, update, delete on all tables in schema public to citywell_api;
  grant usage, select on all sequences in schema public to citywell_api;
  alter default privileges in schema public grant select, insert, update, delete on tables to citywell_api;
  alter default privileges in schema public grant usage, select on sequences to citywell_api;
  grant execute on function estimator_responses(text, text[]) to citywell_api;
exception when insufficient_privilege then
  raise notice 'role citywell_api not set up: %', sqlerrm;
end
$roles$;
