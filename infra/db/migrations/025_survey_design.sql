-- What variances need beside weight, stratum and cluster: the weight before it was raked to known totals, the units of the
-- cluster in the population (second stage), and replicate weights. All of it is of single respondents and stays behind the
-- door of the answers.
alter table microdata.response
  add column base_weight  float8 check (base_weight > 0),
  add column cluster_size float8 check (cluster_size >= 1),
  add column replicates   float8[];

drop function estimator_responses(text, text[]);
create function estimator_responses(of_survey text, columns text[])
returns table (
  weight float8, base_weight float8, cluster_size float8, replicates float8[],
  stratum text, cluster text, zone text, answers text[])
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select r.weight, r.base_weight, r.cluster_size, r.replicates, r.stratum, r.cluster, r.zone_key,
         array(select r.answers ->> c from unnest(columns) with ordinality as asked (c, i) order by i)
  from microdata.response r
  where r.survey_id = of_survey
  order by md5(r.respondent || r.survey_id), r.respondent
$$;

create or replace function survey_add_responses(of_survey text, batch jsonb) returns int
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  with added as (
    insert into microdata.response
      (survey_id, respondent, weight, base_weight, cluster_size, replicates, stratum, cluster, zone_key, answers)
    select of_survey, r.respondent, r.weight, r."baseWeight", r."clusterSize",
           case when jsonb_typeof(r."replicateWeights") = 'array' then
             array(select w::float8 from jsonb_array_elements_text(r."replicateWeights") with ordinality as e (w, i) order by i)
           end,
           r.stratum, r.cluster, r.zone, r.answers
    from jsonb_to_recordset(batch) as r
      (respondent text, weight float8, "baseWeight" float8, "clusterSize" float8, "replicateWeights" jsonb,
       stratum text, cluster text, zone text, answers jsonb)
    where not exists (
      select from microdata.erased e
      where e.survey_id = of_survey and e.digest = microdata.digest_of(of_survey, r.respondent))
    returning 1)
  select count(*)::int from added
$$;

revoke all on function estimator_responses(text, text[]), survey_add_responses(text, jsonb) from public;
do $roles$
begin
  grant execute on function estimator_responses(text, text[]) to citywell_estimator;
  grant execute on function survey_add_responses(text, jsonb) to citywell_api;
exception when insufficient_privilege or undefined_object then
  raise notice 'roles citywell_api and citywell_estimator not set up: %', sqlerrm;
end
$roles$;
