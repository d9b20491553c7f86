-- How many entries neither wait to be sealed nor are, and how many places in logs there are of entries that aren't there.
create or replace function djms.entries_astray(out unsealed bigint, out missing bigint)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select count(*) into unsealed from ledger_entry e
   where not exists (select from ledger_leaf l where l.entry_id = e.id)
     and not exists (select from ledger_waiting w where w.entry_id = e.id);
  select count(*) into missing from ledger_leaf l where not exists (select from ledger_entry e where e.id = l.entry_id);
end $$;
