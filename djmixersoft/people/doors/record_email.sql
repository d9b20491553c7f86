-- Puts on record, in a person's own log, that their e-mail address changed; not from which to which.
create or replace function djms.record_email() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if new.email <> old.email then
    perform record('person:email:changed', null, new.id, '{}');
  end if;
  return null;
end $$;
