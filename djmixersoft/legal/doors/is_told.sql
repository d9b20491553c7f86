-- Whether an account's Administrators may be told of a legal process by now; so they may where it is of none (null).
create or replace function djms.is_told(of_process uuid) returns boolean
language plpgsql volatile security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return of_process is null or exists (
    select from legal_process p
     where p.id = of_process and (p.silent_until is null or p.silent_until <= clock_timestamp()));
end $$;
