-- The silent legal processes whose day has come, by their ids, that aren't on record in their account's log yet.
create or replace function djms.processes_to_tell() returns table (process uuid)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select p.id from legal_process p
    where p.told_at is null and p.silent_until <= clock_timestamp() order by p.silent_until limit 100;
end $$;
