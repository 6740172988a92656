-- Migration 053 compares a survey with the version before. Here every version that was published is remembered as long as the survey
-- exists, codes that were renamed, joined or split are compared as what they stand for, and of a deleted survey enough is left to say that
-- a file is another version of it.
alter table microdata.replaced add column version int not null default 1;
alter table microdata.replaced drop constraint replaced_pkey;
alter table microdata.replaced add primary key (survey_id, version);
-- `digest`: who it is, as in microdata.erased; null of somebody who was erased
alter table microdata.replaced_response add column version int not null default 1, add column digest text;
drop index microdata.replaced_response_survey_id_idx;
create index on microdata.replaced_response (survey_id, version);

-- Whoever is erased leaves the versions with the figures, or at once where they were set aside and so are in none.
create function microdata.erase_versions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if new.released or exists (
    select from microdata.set_aside s where s.survey_id = new.survey_id and s.digest = new.digest)
  then
    delete from microdata.replaced_response r where r.survey_id = new.survey_id and r.digest = new.digest;
  end if;
  return null;
end
$$;
create trigger erase_versions after insert or update of released on microdata.erased
  for each row execute function microdata.erase_versions();

create or replace function survey_replacing(of_survey text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  insert into microdata.replaced (survey_id, version, codebook)
  select s.id, 1 + coalesce((select max(r.version) from microdata.replaced r where r.survey_id = of_survey), 0), s.codebook::jsonb
  from public.survey s where s.id = of_survey;
  insert into microdata.replaced_response (survey_id, version, digest, weight, zone_key, answers)
  select of_survey, (select max(r.version) from microdata.replaced r where r.survey_id = of_survey),
         microdata.digest_of(of_survey, s.respondent), s.weight, s.zone_key, s.answers
  from microdata.shown_responses(of_survey) s;
$$;

-- What a respondent is and answered in codes, of the zone and of the questions with categories.
create function microdata.codes(codebook jsonb, zone_key text, answers jsonb)
returns table (name text, code text)
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select 'zone', zone_key where zone_key is not null
  union all
  select q ->> 'column', answers ->> (q ->> 'column')
  from jsonb_array_elements(codebook -> 'questions') as q
  where jsonb_typeof(q -> 'categories') = 'object' and coalesce(answers ->> (q ->> 'column'), '') <> ''
    and not coalesce(q -> 'missing', '[]') ? (answers ->> (q ->> 'column'))
$$;

-- Codes of two versions that stand for the same: one is linked with another where most respondents of either have the other. What is
-- linked is a class, named after its first new code. Returns {"old": {name: {code: class}}, "new": {…}}; a code of no class is itself.
create function microdata.code_classes(of_survey text, of_version int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with recursive version as (
    select p.codebook as old, s.codebook::jsonb as new
    from microdata.replaced p join public.survey s on s.id = p.survey_id where s.id = of_survey and p.version = of_version
  ), pair as (
    select c.name, c.code as old, d.code as new, count(*) as n
    from version v
    cross join microdata.replaced_response r
    join microdata.response t on t.survey_id = of_survey and microdata.digest_of(of_survey, t.respondent) = r.digest
    cross join lateral microdata.codes(v.old, r.zone_key, r.answers) c
    join lateral microdata.codes(v.new, t.zone_key, t.answers) d on d.name = c.name
    where r.survey_id = of_survey and r.version = of_version
    group by 1, 2, 3
  ), shared as (
    select name, old, new, n, sum(n) over (partition by name, old) as n_old, sum(n) over (partition by name, new) as n_new from pair
  ), link as (
    select name, old, new from shared where 2 * n > n_old or 2 * n > n_new
  ), reached as (
    select name, new as from_new, new from link
    union
    select r.name, r.from_new, b.new
    from reached r join link a on a.name = r.name and a.new = r.new join link b on b.name = r.name and b.old = a.old
  ), class as (
    select name, from_new as code, min(new) as class from reached group by 1, 2
  ), side as (
    select 'new' as side, name, code, class from class
    union
    select 'old', l.name, l.old, c.class from link l join class c on c.name = l.name and c.code = l.new
    union
    -- not the class that another old code has given its name to
    select 'old', s.name, s.old, 'then ' || s.old from shared s
    where not exists (select from link l where l.name = s.name and l.old = s.old)
      and exists (select from class c where c.name = s.name and c.class = s.old)
  ), named as (
    select side, name, jsonb_object_agg(code, class) as classes from side where code <> class group by 1, 2
  )
  select jsonb_build_object('old', '{}'::jsonb, 'new', '{}'::jsonb)
    || coalesce((select jsonb_object_agg(side, names)
                 from (select side, jsonb_object_agg(name, classes) as names from named group by 1) n), '{}')
$$;

-- Answers in classes, of the questions that both versions have; missing ones are left out.
create function microdata.translated(codebook jsonb, shared jsonb, classes jsonb, answers jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_object_agg(q ->> 'column',
      coalesce(classes -> (q ->> 'column') ->> (answers ->> (q ->> 'column')), answers ->> (q ->> 'column'))), '{}')
  from jsonb_array_elements(codebook -> 'questions') as q
  where shared ? (q ->> 'column') and coalesce(answers ->> (q ->> 'column'), '') <> ''
    and not coalesce(q -> 'missing', '[]') ? (answers ->> (q ->> 'column'))
$$;

drop function survey_replaced(text);
drop function microdata.differing_cells(text);

-- Cells of the figures of each question in which a remembered version and the survey differ, and by how many respondents: without their
-- weights and with them, since new weights for all hide no single answer. `classes` null compares codes as they are.
create function microdata.differing_cells(of_survey text, of_version int, classes jsonb)
returns table (question text, cell jsonb, n bigint)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with stored as (
    select p.codebook as old, s.codebook::jsonb as new
    from microdata.replaced p join public.survey s on s.id = p.survey_id where s.id = of_survey and p.version = of_version
  ), shared as (
    select coalesce(jsonb_agg(q - 'missing'), '[]') as questions, coalesce(jsonb_agg(q ->> 'column'), '[]') as columns
    from stored, jsonb_array_elements(new -> 'questions') as q
    where exists (select from jsonb_array_elements(old -> 'questions') as o where o ->> 'column' = q ->> 'column')
  ), version as (
    select old, new, old -> 'questions' = new -> 'questions' as same from stored where classes is null
    union all
    select jsonb_build_object('questions', questions), jsonb_build_object('questions', questions), true from shared where classes is not null
  ), then_shown as (
    select r.weight, coalesce(classes -> 'old' -> 'zone' ->> r.zone_key, r.zone_key) as zone_key,
           case when classes is null then r.answers
                else microdata.translated(s.old, h.columns, classes -> 'old', r.answers) end as answers
    from stored s cross join shared h cross join microdata.replaced_response r
    where r.survey_id = of_survey and r.version = of_version
  ), now_shown as (
    select r.weight, coalesce(classes -> 'new' -> 'zone' ->> r.zone_key, r.zone_key) as zone_key,
           case when classes is null then r.answers
                else microdata.translated(s.new, h.columns, classes -> 'new', r.answers) end as answers
    from stored s cross join shared h cross join microdata.shown_responses(of_survey) r
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

-- Cells of the survey that differ from any version that was published by fewer respondents than the threshold. A cell of classes stands
-- for the cells of its codes, all of them: with one left out, their sum would still be published.
create function microdata.revealing_cells(of_survey text, threshold int)
returns table (question text, cell jsonb, n bigint)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with version as (
    select p.version, microdata.code_classes(of_survey, p.version) as classes,
           (select jsonb_agg(q ->> 'column' order by q ->> 'column') from jsonb_array_elements(p.codebook -> 'questions') as q)
           = (select jsonb_agg(q ->> 'column' order by q ->> 'column') from jsonb_array_elements(s.codebook::jsonb -> 'questions') as q)
             as same_columns
    from microdata.replaced p join public.survey s on s.id = p.survey_id where s.id = of_survey
  ), found as (
    select d.question, d.cell, d.n from version v cross join lateral microdata.differing_cells(of_survey, v.version, null) d
    union all
    select d.question, coalesce(c.cell, d.cell), d.n
    from version v
    cross join lateral microdata.differing_cells(of_survey, v.version, v.classes) d
    left join lateral (
      with key as (
        select k.key, k.value, row_number() over (order by k.key) as i from jsonb_each_text(d.cell) k
      ), code (i, key, code) as (
        select key.i, key.key, m.key
        from key cross join lateral jsonb_each_text(coalesce(v.classes -> 'new' -> key.key, '{}')) m where m.value = key.value
        union
        select key.i, key.key, key.value from key
      )
      select jsonb_build_object(a.key, a.code) || case when b.key is null then '{}' else jsonb_build_object(b.key, b.code) end as cell
      from code a left join code b on b.i = 2 where a.i = 1
    ) c on true
    where v.classes <> '{"old": {}, "new": {}}' or not v.same_columns
  )
  select f.question, f.cell, min(f.n) from found f where f.n < threshold group by 1, 2
$$;

-- Compares the survey with all versions before. Returns how many respondents were set aside, and in how many cells figures are kept back.
create function survey_replaced(of_survey text) returns table (set_aside int, kept_back int)
-- compiling the comparison takes longer than running it
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
as $$
declare
  least int;
  few bigint;
  last int := (select max(p.version) from microdata.replaced p where p.survey_id = of_survey);
begin
  set_aside := 0;
  kept_back := 0;
  if last is not null then
    select coalesce((s.codebook ->> 'threshold')::int, 10) into least from public.survey s where s.id = of_survey;
    select max(d.n) into few from microdata.revealing_cells(of_survey, least) d
    where d.cell = '{}'
      and not exists (select from microdata.kept_back k where k.survey_id = of_survey and k.question = d.question and k.cell = '{}');
    if few is not null then
      insert into microdata.set_aside
      select of_survey, microdata.digest_of(of_survey, r.respondent)
      from (
        select s.respondent from microdata.shown_responses(of_survey) s where s.respondent is not null
        order by random() limit 2 * least - few) r
      on conflict do nothing;
      get diagnostics set_aside = row_count;
    end if;
    insert into microdata.kept_back
    select of_survey, d.question, d.cell from microdata.revealing_cells(of_survey, least) d
    on conflict do nothing;
    get diagnostics kept_back = row_count;
    -- the same again is remembered when it is replaced
    if not exists (
      select r.weight, r.zone_key, r.answers from microdata.replaced_response r where r.survey_id = of_survey and r.version = last
      except all select r.weight, r.zone_key, r.answers from microdata.shown_responses(of_survey) r)
      and not exists (
      select r.weight, r.zone_key, r.answers from microdata.shown_responses(of_survey) r
      except all
      select r.weight, r.zone_key, r.answers from microdata.replaced_response r where r.survey_id = of_survey and r.version = last)
      and exists (
      select from microdata.replaced p join public.survey s on s.id = p.survey_id
      where p.survey_id = of_survey and p.version = last and p.codebook -> 'questions' = s.codebook::jsonb -> 'questions')
    then
      delete from microdata.replaced_response r where r.survey_id = of_survey and r.version = last;
      delete from microdata.replaced p where p.survey_id = of_survey and p.version = last;
    end if;
  end if;
  return next;
end
$$;

-- Of a deleted survey: a digest of all that its figures were made of, and one of each respondent's answers and zone, with a salt of its own.
create table microdata.deleted (
  survey_id  text primary key,
  salt       text not null,
  content    text not null,
  from_day   date not null,
  to_day     date not null,
  deleted_on date not null default current_date
);
create table microdata.deleted_response (
  survey_id text not null references microdata.deleted on delete cascade,
  digest    text not null
);
create index on microdata.deleted_response (survey_id);

create function microdata.answers_digest(salt text, zone_key text, answers jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select encode(sha256(convert_to(concat_ws(chr(10), salt, coalesce(zone_key, ''), answers::text), 'UTF8')), 'hex') $$;

create function microdata.content_digest(of_survey text, salt text) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select encode(sha256(convert_to(coalesce(string_agg(d, '' order by d), ''), 'UTF8')), 'hex')
  from (select microdata.answers_digest(salt || r.weight, r.zone_key, r.answers) as d from microdata.shown_responses(of_survey) r) r
$$;

-- Before a survey is deleted: its versions go with it.
create function survey_deleting(of_survey text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  delete from microdata.replaced_response where survey_id = of_survey;
  delete from microdata.replaced where survey_id = of_survey;
  delete from microdata.deleted where survey_id = of_survey;
  with salted as (select id, codebook::jsonb as codebook, gen_random_uuid()::text || gen_random_uuid() as salt from public.survey)
  insert into microdata.deleted (survey_id, salt, content, from_day, to_day)
  select s.id, s.salt, microdata.content_digest(s.id, s.salt), (s.codebook ->> 'from')::date, (s.codebook ->> 'to')::date
  from salted s where s.id = of_survey;
  insert into microdata.deleted_response
  select of_survey, microdata.answers_digest(d.salt, r.zone_key, r.answers)
  from microdata.deleted d cross join microdata.shown_responses(of_survey) r where d.survey_id = of_survey;
$$;

-- Surveys of which one that was just stored, and was not there before, is another version, as far as can be seen: of the same time, and
-- deleted under the same id, or with more than half of the respondents in common (by answers that one respondent alone gave).
-- Where nothing differs it may stay.
create function survey_versions_of(of_survey text) returns table (id text, deleted_on date, common int)
-- compiling the comparison takes longer than running it
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off set jit = off
as $$
begin
  if exists (select from microdata.replaced p where p.survey_id = of_survey) then return; end if;
  return query
  with own as (
    select s.id, (s.codebook ->> 'from')::date as from_day, (s.codebook ->> 'to')::date as to_day from public.survey s where s.id = of_survey
  ), other as (
    select d.survey_id, d.salt, d.content, d.deleted_on
    from own o join microdata.deleted d on d.from_day <= o.to_day and d.to_day >= o.from_day
    union all
    select s.id, '', microdata.content_digest(s.id, ''), null
    from own o join public.survey s on s.id <> o.id
      and (s.codebook ->> 'from')::date <= o.to_day and (s.codebook ->> 'to')::date >= o.from_day
  ), theirs as (
    select o.survey_id, r.digest from other o join microdata.deleted_response r on r.survey_id = o.survey_id where o.deleted_on is not null
    union all
    select o.survey_id, microdata.answers_digest('', r.zone_key, r.answers)
    from other o cross join lateral microdata.shown_responses(o.survey_id) r where o.deleted_on is null
  ), theirs_alone as (
    select t.survey_id, t.digest, count(*) as n from theirs t group by 1, 2
  ), ours_alone as (
    select o.survey_id, microdata.answers_digest(o.salt, r.zone_key, r.answers) as digest, count(*) as n
    from other o cross join microdata.shown_responses(of_survey) r group by 1, 2
  ), counted as (
    select o.survey_id, o.deleted_on, o.salt, o.content,
           (select sum(t.n) from theirs_alone t where t.survey_id = o.survey_id) as n_theirs,
           (select sum(t.n) from ours_alone t where t.survey_id = o.survey_id) as n_ours,
           (select count(*) from theirs_alone t join ours_alone a using (survey_id, digest)
            where t.survey_id = o.survey_id and t.n = 1 and a.n = 1) as common
    from other o
  )
  select c.survey_id, c.deleted_on, c.common::int from counted c
  where (c.survey_id = of_survey or 2 * c.common > least(c.n_theirs, c.n_ours))
    and c.content <> microdata.content_digest(of_survey, c.salt)
  order by c.survey_id = of_survey desc, c.common desc;
  -- what was deleted is back: from here on it is compared itself
  if not found then delete from microdata.deleted d where d.survey_id = of_survey; end if;
end
$$;

revoke all on function survey_replaced(text), survey_deleting(text), survey_versions_of(text), microdata.codes(jsonb, text, jsonb),
  microdata.code_classes(text, int), microdata.translated(jsonb, jsonb, jsonb, jsonb), microdata.differing_cells(text, int, jsonb),
  microdata.revealing_cells(text, int), microdata.answers_digest(text, text, jsonb), microdata.content_digest(text, text),
  microdata.erase_versions() from public;
revoke all on microdata.deleted, microdata.deleted_response from public;
do $roles$
begin
  grant execute on function survey_replaced(text), survey_deleting(text), survey_versions_of(text) to citywell_api;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_api not set up: %', sqlerrm;
end
$roles$;
