-- Refuses whatever would change or remove a hash of the ledger's trees. (A superuser can switch it off, and is noticed
-- then by who verifies.)
create or replace function djms.never_changes() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  raise exception 'the ledger is added to, and never changed' using errcode = '42501';
end $$;
