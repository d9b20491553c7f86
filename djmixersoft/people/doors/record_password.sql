-- Puts on record, in a person's own log, that their password was set anew (and not only hashed anew).
create or replace function djms.record_password() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if new.verifier <> old.verifier then
    perform record('person:password:changed', null, new.person_id, '{}');
  end if;
  return null;
end $$;
