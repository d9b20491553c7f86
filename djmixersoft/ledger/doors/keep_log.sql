-- Before a log changes: whose it is, and its name, stay as they were made.
create or replace function djms.keep_log() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if (new.id, new.origin) is distinct from (old.id, old.origin)
     or (new.account_id, new.person_id, new.process_id) is distinct from (old.account_id, old.person_id, old.process_id) then
    raise exception 'a log stays whose it is' using errcode = '42501';
  end if;
  return new;
end $$;
