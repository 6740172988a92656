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
