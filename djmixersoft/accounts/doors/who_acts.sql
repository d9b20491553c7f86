-- Who acts, as pin_actor() noted before the present statement, and as what: 'administrator', 'member' or 'person' (no member
-- of that account), 'visitor' where nobody is signed in, 'program' where it is one of our own.
create or replace function djms.who_acts(in_account uuid, out person uuid, out role text)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select a.person_id into person from ledger_actor a
   where a.backend = pg_backend_pid() and a.transaction = pg_current_xact_id_if_assigned()::text::bigint;
  if person is null then
    role := case session_user when 'djms_site' then 'visitor' else 'program' end;
    return;
  end if;
  select case when m.is_administrator then 'administrator' else 'member' end into role from membership m
   where m.account_id = in_account and m.person_id = person;
  role := coalesce(role, 'person');
end $$;
