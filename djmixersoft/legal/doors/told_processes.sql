-- The legal processes about accounts that whoever acts administers, but for those of which they may not be told yet: from its
-- date on each of them shows by itself.
create or replace function djms.told_processes() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return array(
    select p.id from legal_process p
     where p.account_id = any (administered_accounts())
       and (p.silent_until is null or p.silent_until <= clock_timestamp()));
end $$;
