-- A survey that is replaced by another version of its file: whoever compares the figures of both would otherwise read what a corrected
-- respondent had answered. Versions are compared by what respondents answered and what they are, not by their names, which a file may
-- number anew: figures are made of nothing else. As with erasures (migration 026), a cell in which 1 to threshold - 1 respondents differ is
-- kept back from then on; and where so few differ in all, others who are drawn at random are set aside, or nothing would be left.
create table microdata.replaced (
  survey_id text primary key,
  codebook  jsonb not null
);
create table microdata.replaced_response (
  survey_id text not null,
  weight    float8 not null,
  zone_key  text,
  answers   jsonb not null
);
create index on microdata.replaced_response (survey_id);

-- What figures are made of: everybody of the survey but those who are set aside, and the withdrawn until their batch is full.
create function microdata.shown_responses(of_survey text)
returns table (respondent text, weight float8, zone_key text, answers jsonb)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select r.respondent, r.weight, r.zone_key, r.answers from microdata.response r
  where r.survey_id = of_survey and not exists (
    select from microdata.set_aside s
    where s.survey_id = of_survey and s.digest = microdata.digest_of(of_survey, r.respondent))
  union all
  select null, w.weight, w.zone_key, w.answers from microdata.withdrawn w where w.survey_id = of_survey
$$;

-- Remembers the version that is about to be replaced, until survey_replaced() of the same transaction.
create function survey_replacing(of_survey text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  delete from microdata.replaced_response where survey_id = of_survey;
  delete from microdata.replaced where survey_id = of_survey;
  insert into microdata.replaced select id, codebook::jsonb from public.survey where id = of_survey;
  insert into microdata.replaced_response
  select of_survey, s.weight, s.zone_key, s.answers from microdata.shown_responses(of_survey) s;
$$;

-- What a respondent contributes to the figures of each question, and the groups that it belongs to. '' is everybody, whatever they
-- answered: figures of several questions together rest on it.
create function microdata.contributions(codebook jsonb, zone_key text, answers jsonb)
returns table (question text, value text, groups jsonb)
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  with question as (
    select q ->> 'column' as name, coalesce((q ->> 'group')::boolean, false) as is_group, answers ->> (q ->> 'column') as value
    from jsonb_array_elements(codebook -> 'questions') as q
    where coalesce(answers ->> (q ->> 'column'), '') <> '' and not coalesce(q -> 'missing', '[]') ? (answers ->> (q ->> 'column'))
  ), own as (
    select coalesce(jsonb_object_agg(name, value), '{}') as groups
    from (select name, value from question where is_group union all select 'zone', zone_key where zone_key is not null) g
  )
  select q.name, q.value, own.groups from question q, own
  union all
  select '', answers::text, own.groups from own
$$;

-- Cells of the figures of each question in which the two versions differ, and by how many respondents: without their weights and with
-- them, since new weights for all hide no single answer.
create function microdata.differing_cells(of_survey text)
returns table (question text, cell jsonb, n bigint)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with version as (
    select p.codebook as old, s.codebook::jsonb as new, p.codebook -> 'questions' = s.codebook::jsonb -> 'questions' as same
    from microdata.replaced p join public.survey s on s.id = p.survey_id where s.id = of_survey
  ), then_shown as (
    select r.weight, r.zone_key, r.answers from microdata.replaced_response r where r.survey_id = of_survey
  ), now_shown as (
    select r.weight, r.zone_key, r.answers from microdata.shown_responses(of_survey) r
  ), gone as (
    -- with the same questions, respondents that both versions have differ in no figure
    select * from then_shown except all select * from now_shown where (select same from version)
  ), come as (
    select * from now_shown except all select * from then_shown where (select same from version)
  ), before as (
    select c.question, c.value, c.groups, r.weight
    from version v cross join gone r cross join lateral microdata.contributions(v.old, r.zone_key, r.answers) c
  ), after as (
    select c.question, c.value, c.groups, r.weight
    from version v cross join come r cross join lateral microdata.contributions(v.new, r.zone_key, r.answers) c
  ), moved as (
    -- one row for each kind of respondent: how many more of it there are now
    select 'plain' as how, question, value, groups, sum(more)::bigint as more
    from (select question, value, groups, -1 as more from before union all select question, value, groups, 1 from after) d
    group by 2, 3, 4 having sum(more) <> 0
    union all
    select 'weighted', question, value || ' ' || weight, groups, sum(more)::bigint
    from (select question, value, groups, weight, -1 as more from before union all select question, value, groups, weight, 1 from after) d
    group by 2, 3, 4 having sum(more) <> 0
  ), of_cell as (
    select m.how, m.question, m.value, c.cell, sum(m.more) as more
    from moved m cross join lateral (
      select '{}'::jsonb as cell
      union all
      select jsonb_build_object(key, value) from jsonb_each(m.groups)
      union all
      select jsonb_build_object(a.key, a.value, b.key, b.value)
      from jsonb_each(m.groups) a join jsonb_each(m.groups) b on a.key < b.key
    ) c
    group by 1, 2, 3, 4
  ), differing as (
    select how, question, cell, greatest(sum(more) filter (where more > 0), -sum(more) filter (where more < 0))::bigint as n
    from of_cell where more <> 0 group by 1, 2, 3
  )
  select question, cell, min(n) from differing group by 1, 2
$$;

-- Compares the new version with the one before. Returns how many respondents were set aside, and in how many cells figures are kept back.
create function survey_replaced(of_survey text) returns table (set_aside int, kept_back int)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  threshold int;
  few bigint;
begin
  set_aside := 0;
  kept_back := 0;
  if exists (select from microdata.replaced p where p.survey_id = of_survey) then
    select coalesce((s.codebook ->> 'threshold')::int, 10) into threshold from public.survey s where s.id = of_survey;
    select max(d.n) into few from microdata.differing_cells(of_survey) d
    where d.cell = '{}' and d.n < threshold
      and not exists (select from microdata.kept_back k where k.survey_id = of_survey and k.question = d.question and k.cell = '{}');
    if few is not null then
      insert into microdata.set_aside
      select of_survey, microdata.digest_of(of_survey, r.respondent)
      from (
        select s.respondent from microdata.shown_responses(of_survey) s where s.respondent is not null
        order by random() limit 2 * threshold - few) r
      on conflict do nothing;
      get diagnostics set_aside = row_count;
    end if;
    insert into microdata.kept_back
    select of_survey, d.question, d.cell from microdata.differing_cells(of_survey) d where d.n < threshold
    on conflict do nothing;
    get diagnostics kept_back = row_count;
  end if;
  delete from microdata.replaced_response r where r.survey_id = of_survey;
  delete from microdata.replaced p where p.survey_id = of_survey;
  return next;
end
$$;

revoke all on function survey_replacing(text), survey_replaced(text), microdata.shown_responses(text),
  microdata.contributions(jsonb, text, jsonb), microdata.differing_cells(text) from public;
revoke all on microdata.replaced, microdata.replaced_response from public;
do $roles$
begin
  grant execute on function survey_replacing(text), survey_replaced(text) to citywell_api;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_api not set up: %', sqlerrm;
end
$roles$;
