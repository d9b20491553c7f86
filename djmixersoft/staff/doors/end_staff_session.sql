-- Ends the session whose secret the browser holds, proven or not. No error where it ended already.
create or replace function djms.end_staff_session() returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  delete from staff_session
   where token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'));
end $$;
