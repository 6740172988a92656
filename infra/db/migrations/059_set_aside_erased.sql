-- Somebody who was set aside is in no figure, and when erased has nothing to wait for: a file that still has the answers must not bring them
-- back among those that are part of the figures until their batch is full (migration 026).
create or replace function survey_add_responses(of_survey text, batch jsonb) returns int
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  with incoming as (
    select r.*, microdata.digest_of(of_survey, r.respondent) as digest,
           case when jsonb_typeof(r."replicateWeights") = 'array' then
             array(select w::float8 from jsonb_array_elements_text(r."replicateWeights") with ordinality as e (w, i) order by i)
           end as replicates
    from jsonb_to_recordset(batch) as r
      (respondent text, weight float8, "baseWeight" float8, "clusterSize" float8, "replicateWeights" jsonb,
       stratum text, cluster text, zone text, answers jsonb)
  ), waiting as (
    insert into microdata.withdrawn
    select of_survey, md5(i.respondent || of_survey), i.weight, i."baseWeight", i."clusterSize", i.replicates,
           coalesce(i.stratum, ''), coalesce(i.cluster, ''), i.zone, i.answers, e.erased_at::date
    from incoming i
    join microdata.erased e on e.survey_id = of_survey and e.digest = i.digest and not e.released
    where not exists (select from microdata.set_aside s where s.survey_id = of_survey and s.digest = i.digest)
  ), added as (
    insert into microdata.response
      (survey_id, respondent, weight, base_weight, cluster_size, replicates, stratum, cluster, zone_key, answers)
    select of_survey, i.respondent, i.weight, i."baseWeight", i."clusterSize", i.replicates, i.stratum, i.cluster, i.zone, i.answers
    from incoming i
    where not exists (select from microdata.erased e where e.survey_id = of_survey and e.digest = i.digest)
    returning 1)
  select count(*)::int from added
$$;
