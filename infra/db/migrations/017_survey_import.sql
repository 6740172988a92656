-- Surveys that a person brings in, replaces and erases, beside those of the city pack. A start loads the pack again; it
-- must neither replace what a person imported nor bring back what a person erased.
alter table survey
  add column origin text not null default 'pack' check (origin in ('pack', 'person')),
  add column imported_by text,
  -- zones that were joined because one alone had too few respondents: [{"key", "name", "zones"}]
  add column areas jsonb not null default '[]';

create table survey_erased (
  id        text primary key,
  erased_at timestamptz not null default now(),
  erased_by text not null
);

-- Respondents who were erased stay out when their survey is imported again. What is kept of them is a digest, behind the
-- same door as the answers.
create table microdata.erased (
  survey_id text not null,
  digest    text not null,
  erased_at timestamptz not null default now(),
  primary key (survey_id, digest)
);
create function microdata.digest_of(of_survey text, of_respondent text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select encode(sha256(convert_to(of_survey || chr(10) || of_respondent, 'UTF8')), 'hex') $$;

-- The API's role puts answers in and takes respondents out through these; it still cannot read any.
create function survey_add_responses(of_survey text, batch jsonb) returns int
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  with added as (
    insert into microdata.response (survey_id, respondent, weight, stratum, cluster, zone_key, answers)
    select of_survey, r.respondent, r.weight, r.stratum, r.cluster, r.zone, r.answers
    from jsonb_to_recordset(batch) as r
      (respondent text, weight float8, stratum text, cluster text, zone text, answers jsonb)
    where not exists (
      select from microdata.erased e
      where e.survey_id = of_survey and e.digest = microdata.digest_of(of_survey, r.respondent))
    returning 1)
  select count(*)::int from added
$$;

create function survey_erase_respondent(of_survey text, of_respondent text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  gone int;
begin
  delete from microdata.response r where r.survey_id = of_survey and r.respondent = of_respondent;
  get diagnostics gone = row_count;
  if gone > 0 then
    insert into microdata.erased (survey_id, digest)
    values (of_survey, microdata.digest_of(of_survey, of_respondent)) on conflict do nothing;
    update public.survey s set respondents = s.respondents - gone where s.id = of_survey;
  end if;
  return gone > 0;
end
$$;

revoke all on function survey_add_responses(text, jsonb), survey_erase_respondent(text, text) from public;
revoke all on all tables in schema microdata from public;
do $roles$
begin
  grant execute on function survey_add_responses(text, jsonb), survey_erase_respondent(text, text) to citywell_api;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_api not set up: %', sqlerrm;
end
$roles$;
