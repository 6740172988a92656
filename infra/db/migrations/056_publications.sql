-- What a publication of a survey suppressed to protect others, a later one (another version of the file, or the same after an erasure) could
-- publish unchanged, and a number that the first suppressed would follow from both. So publications are remembered: which cells of each
-- figure were suppressed, and which were shown, with their number of respondents and digests of what these are.
create table microdata.publication (
  survey_id text not null,
  -- one more than the versions before it (microdata.replaced); 0 and less: before the survey was deleted
  version   int not null,
  -- respondents whose erasure had left the figures
  released  int not null,
  -- the column of a question; 'asked ' before it: of those whom it was put to; '': everybody
  figure    text not null,
  -- {"hidden": {cell: [n, digest of answers, digest of profiles]}, "shown": {…}}
  cells     jsonb not null,
  primary key (survey_id, version, released, figure)
);

-- `imported_at` tells publications of a survey apart that was deleted and imported again.
create function estimator_publication(of_survey text) returns table (version int, released int, imported_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select 1 + coalesce((select max(r.version) from microdata.replaced r where r.survey_id = of_survey), 0),
         (select count(*)::int from microdata.erased e where e.survey_id = of_survey and e.released),
         (select s.imported_at from public.survey s where s.id = of_survey)
$$;

-- All publications before this one; `classes` says which of their codes stand for which now (migration 055).
create function estimator_publications_before(of_survey text, of_version int, of_released int)
returns table (figure text, cells jsonb, classes jsonb)
-- compiling the comparison takes longer than running it
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
as $$
  with before as (
    select p.version, p.figure, p.cells from microdata.publication p
    where p.survey_id = of_survey and (p.version, p.released) < (of_version, of_released)
  ), version as materialized (
    select r.version, microdata.code_classes(of_survey, r.version) as classes
    from microdata.replaced r
    where r.survey_id = of_survey and r.version < of_version and r.version in (select b.version from before b)
  )
  select b.figure, b.cells, coalesce(v.classes, '{"old": {}, "new": {}}') from before b left join version v using (version)
$$;

create function estimator_record_publication(of_survey text, of_version int, of_released int, of_figure text, of_cells jsonb)
returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  insert into microdata.publication (survey_id, version, released, figure, cells)
  values (of_survey, of_version, of_released, of_figure, of_cells)
  on conflict do nothing
$$;

-- Of suppressed cells the digest goes when somebody's answers have left the figures; of a deleted survey their names are left alone.
create function microdata.strip_publications() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_table_name = 'deleted' then
    update microdata.publication p
    set version = p.version - (select max(m.version) from microdata.publication m where m.survey_id = new.survey_id),
        cells = jsonb_build_object('shown', '{}'::jsonb, 'hidden', coalesce(
          (select jsonb_object_agg(h.key, '[null, null, null]'::jsonb) from jsonb_each(p.cells -> 'hidden') h), '{}'))
    where p.survey_id = new.survey_id;
  else
    update microdata.publication p
    set cells = p.cells || jsonb_build_object('hidden', coalesce(
          (select jsonb_object_agg(h.key, jsonb_build_array(h.value -> 0, null, null)) from jsonb_each(p.cells -> 'hidden') h), '{}'))
    where p.survey_id in (select n.survey_id from now_released n where n.released);
  end if;
  return null;
end
$$;
create trigger strip_publications after insert or update on microdata.deleted
  for each row execute function microdata.strip_publications();
create trigger strip_publications after update on microdata.erased
  referencing new table as now_released for each statement execute function microdata.strip_publications();

revoke all on function estimator_publication(text), estimator_publications_before(text, int, int),
  estimator_record_publication(text, int, int, text, jsonb), microdata.strip_publications() from public;
revoke all on microdata.publication from public;
do $roles$
begin
  grant execute on function estimator_publication(text), estimator_publications_before(text, int, int),
    estimator_record_publication(text, int, int, text, jsonb) to citywell_estimator;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_estimator not set up: %', sqlerrm;
end
$roles$;
