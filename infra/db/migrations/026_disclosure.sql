-- What must be kept back of a question is worked out by linear programs, which take a second; here it outlasts the process.
-- The key is a digest of the answers and of the rules, the value names cells and no answers.
create table microdata.protection (
  digest  text primary key,
  held    jsonb not null,
  made_on date not null default current_date
);
create function estimator_recall_protection(of_digest text) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select held from microdata.protection where digest = of_digest $$;

-- Digests of answers that have changed since are never asked for again.
create function estimator_store_protection(of_digest text, cells jsonb) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  delete from microdata.protection where made_on < current_date - 400;
  insert into microdata.protection (digest, held) values (of_digest, cells) on conflict (digest) do nothing;
$$;
revoke all on function estimator_recall_protection(text), estimator_store_protection(text, jsonb) from public;
revoke all on microdata.protection from public;
do $roles$
begin
  grant execute on function estimator_recall_protection(text), estimator_store_protection(text, jsonb)
    to citywell_estimator;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_estimator not set up: %', sqlerrm;
end
$roles$;

-- Erased respondents leave the answers at once and the published figures in batches: whoever compared the figures before
-- and after would otherwise read what the erased person had answered.
--
--   response -> withdrawn (nameless, still part of the figures) -> deleted with its batch
--
-- A batch is twice the threshold of the survey. After 90 days (GDPR art. 12(3): one month, two more where needed) it is
-- filled up with respondents drawn at random, who are set aside: they stay, and are part of no figure. A cell in which the
-- batch has fewer than the threshold is kept back from then on. No two publications of a cell thus differ by fewer.
create table microdata.withdrawn (
  survey_id    text not null references survey on delete cascade,
  -- where it stands among the answers, so that sums come out the same to the last digit
  place        text not null,
  weight       float8 not null,
  base_weight  float8,
  cluster_size float8,
  replicates   float8[],
  stratum      text not null,
  cluster      text not null,
  zone_key     text,
  answers      jsonb not null,
  erased_on    date not null,
  primary key (survey_id, place)
);
-- These two outlive the survey, because what was published does.
create table microdata.set_aside (
  survey_id text not null,
  digest    text not null,
  primary key (survey_id, digest)
);
create table microdata.kept_back (
  survey_id text not null,
  question  text not null,
  cell      jsonb not null,
  primary key (survey_id, question, cell)
);
-- Whoever was erased before is out of the figures already.
alter table microdata.erased add column released boolean not null default true;

create or replace function estimator_responses(of_survey text, columns text[])
returns table (
  weight float8, base_weight float8, cluster_size float8, replicates float8[],
  stratum text, cluster text, zone text, answers text[])
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with shown as (
    select r.weight, r.base_weight, r.cluster_size, r.replicates, r.stratum, r.cluster, r.zone_key, r.answers,
           md5(r.respondent || r.survey_id) as place
    from microdata.response r
    where r.survey_id = of_survey and not exists (
      select from microdata.set_aside s
      where s.survey_id = of_survey and s.digest = microdata.digest_of(of_survey, r.respondent))
    union all
    select w.weight, w.base_weight, w.cluster_size, w.replicates, w.stratum, w.cluster, w.zone_key, w.answers, w.place
    from microdata.withdrawn w
    where w.survey_id = of_survey)
  select s.weight, s.base_weight, s.cluster_size, s.replicates, s.stratum, s.cluster, s.zone_key,
         array(select s.answers ->> c from unnest(columns) with ordinality as asked (c, i) order by i)
  from shown s
  order by s.place
$$;

-- An erased respondent of a file that is imported again is part of the figures until its batch is full.
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
  ), added as (
    insert into microdata.response
      (survey_id, respondent, weight, base_weight, cluster_size, replicates, stratum, cluster, zone_key, answers)
    select of_survey, i.respondent, i.weight, i."baseWeight", i."clusterSize", i.replicates, i.stratum, i.cluster, i.zone, i.answers
    from incoming i
    where not exists (select from microdata.erased e where e.survey_id = of_survey and e.digest = i.digest)
    returning 1)
  select count(*)::int from added
$$;

create or replace function survey_erase_respondent(of_survey text, of_respondent text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  own text := microdata.digest_of(of_survey, of_respondent);
  gone int;
begin
  insert into microdata.withdrawn
  select r.survey_id, md5(r.respondent || r.survey_id), r.weight, r.base_weight, r.cluster_size, r.replicates,
         r.stratum, r.cluster, r.zone_key, r.answers, current_date
  from microdata.response r
  where r.survey_id = of_survey and r.respondent = of_respondent
    and not exists (select from microdata.set_aside s where s.survey_id = of_survey and s.digest = own);
  delete from microdata.response r where r.survey_id = of_survey and r.respondent = of_respondent;
  get diagnostics gone = row_count;
  if gone > 0 then
    insert into microdata.erased (survey_id, digest, released) values (of_survey, own, false) on conflict do nothing;
    update public.survey s set respondents = s.respondents - gone where s.id = of_survey;
  end if;
  return gone > 0;
end
$$;

-- Takes full batches, and those that have waited for 90 days, out of the figures. Returns how many respondents.
create function survey_release_erasures(today date) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  due record;
  released int := 0;
begin
  for due in
    select s.id, s.codebook::jsonb as codebook, coalesce((s.codebook ->> 'threshold')::int, 10) as threshold, count(*)::int as n
    from public.survey s join microdata.withdrawn w on w.survey_id = s.id
    group by s.id
    having count(*) >= 2 * coalesce((s.codebook ->> 'threshold')::int, 10) or min(w.erased_on) <= today - 90
  loop
    insert into microdata.withdrawn
    select r.survey_id, md5(r.respondent || r.survey_id), r.weight, r.base_weight, r.cluster_size, r.replicates,
           r.stratum, r.cluster, r.zone_key, r.answers, today
    from (
      select r.* from microdata.response r
      where r.survey_id = due.id and not exists (
        select from microdata.set_aside s
        where s.survey_id = due.id and s.digest = microdata.digest_of(due.id, r.respondent))
      order by random() limit greatest(0, 2 * due.threshold - due.n)) r;
    insert into microdata.set_aside
    select due.id, microdata.digest_of(due.id, r.respondent)
    from microdata.response r
    join microdata.withdrawn w on w.survey_id = due.id and w.place = md5(r.respondent || r.survey_id)
    where r.survey_id = due.id;
    insert into microdata.kept_back
    with question as (
      select q ->> 'column' as name, coalesce(q -> 'missing', '[]') as missing, coalesce((q ->> 'group')::boolean, false) as is_group
      from jsonb_array_elements(due.codebook -> 'questions') as q
    ), given as (
      select w.place, q.name, q.is_group, w.answers ->> q.name as value
      from microdata.withdrawn w, question q
      where w.survey_id = due.id and coalesce(w.answers ->> q.name, '') <> '' and not q.missing ? (w.answers ->> q.name)
    ), stated as (
      select place, name, value from given where is_group
      union all
      select place, 'zone', zone_key from microdata.withdrawn where survey_id = due.id and zone_key is not null
    ), cell as (
      select place, '{}'::jsonb as cell from microdata.withdrawn where survey_id = due.id
      union all
      select place, jsonb_build_object(name, value) from stated
      union all
      select a.place, jsonb_build_object(a.name, a.value, b.name, b.value)
      from stated a join stated b on b.place = a.place and a.name < b.name
    ), answered as (
      select place, name from given
      union all
      -- everybody, whatever they answered
      select place, '' from microdata.withdrawn where survey_id = due.id
    )
    select due.id, a.name, c.cell
    from answered a join cell c on c.place = a.place
    group by a.name, c.cell
    having count(*) < due.threshold
    on conflict do nothing;
    delete from microdata.withdrawn w where w.survey_id = due.id;
    update microdata.erased e set released = true where e.survey_id = due.id;
    released := released + due.n;
  end loop;
  return released;
end
$$;

create function estimator_kept_back(of_survey text, of_question text) returns setof jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select cell from microdata.kept_back where survey_id = of_survey and question = of_question $$;

revoke all on function survey_release_erasures(date), estimator_kept_back(text, text) from public;
revoke all on microdata.withdrawn, microdata.set_aside, microdata.kept_back from public;
do $roles$
begin
  grant execute on function survey_release_erasures(date) to citywell_api;
  grant execute on function estimator_kept_back(text, text) to citywell_estimator;
exception when insufficient_privilege or undefined_object then
  raise notice 'roles citywell_api and citywell_estimator not set up: %', sqlerrm;
end
$roles$;
