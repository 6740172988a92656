-- Entries about something else that name an account: an incident that was assigned to it.
create function audit_erase_named(of_name text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  erased bigint;
begin
  delete from public.audit_personal where value = of_name and field in ('subject', 'before', 'after');
  get diagnostics erased = row_count;
  return erased;
end
$$;
revoke all on function audit_erase_named(text) from public;
do $roles$
begin
  grant execute on function audit_erase_named(text) to citywell_api;
exception when insufficient_privilege or undefined_object then
  raise notice 'role citywell_api not set up: %', sqlerrm;
end
$roles$;
