-- Fielding the questionnaire: who was drawn, and what they answered. Answers are microdata from the first moment: they
-- lie where the API cannot read them, and it has one door in and none out.
create table fieldwork (
  id        text primary key check (id ~ '^[a-z0-9][a-z0-9-]*$'),
  title     text not null,
  universe  text not null,
  opens     date not null,
  closes    date not null check (closes >= opens),
  threshold int not null check (threshold >= 3),
  version   text not null
);
create table microdata.invitation (
  fieldwork_id text not null references fieldwork on delete cascade,
  respondent   text not null,
  -- SHA-256 of a random code of 80 bits
  code_hash    bytea not null unique,
  weight       float8 not null check (weight > 0),
  stratum      text not null,
  cluster      text not null,
  zone_key     text,
  answered_on  date,
  answers      jsonb,
  check ((answered_on is null) = (answers is null)),
  primary key (fieldwork_id, respondent)
);

-- 'kept', or why not: 'unknown', 'used', 'closed'. A code works once.
create function questionnaire_answer(of_code bytea, of_version text, given jsonb, today date) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  state text;
begin
  select case when i.answered_on is not null then 'used'
              when today < f.opens or today > f.closes then 'closed'
              when f.version <> of_version then 'version'
              else 'open' end
  into state
  from microdata.invitation i join public.fieldwork f on f.id = i.fieldwork_id
  where i.code_hash = of_code
  for update of i;
  if state is null then
    return 'unknown';
  elsif state <> 'open' then
    return state;
  end if;
  update microdata.invitation set answered_on = today, answers = given where code_hash = of_code;
  return 'kept';
end
$$;
revoke all on function questionnaire_answer(bytea, text, jsonb, date) from public;
revoke all on microdata.invitation from public;
do $roles$
begin
  grant execute on function questionnaire_answer(bytea, text, jsonb, date) to citywell_api;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_api not set up: %', sqlerrm;
end
$roles$;
