-- Counts a try of somebody's second factor; after ten in 15 minutes, how many seconds to wait, else 0.
create or replace function djms.count_second_try() returns integer
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := (select h.person from session_holder() h);
begin
  return case when count_try('factor', me::text, interval '15 minutes') > 10 then try_ends('factor', me::text) else 0 end;
end $$;
