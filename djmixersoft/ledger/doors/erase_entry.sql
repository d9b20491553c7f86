-- Erases what an entry says, with its salt, and puts that on record in the same log. Its leaf stays, and proves nothing of
-- what it said. False where the log has no such entry that is sealed, where it was erased before, or is itself what says that
-- another one was.
create or replace function djms.erase_entry(of_log text, at_index bigint) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_log ledger_log;
begin
  select * into found_log from ledger_log l where l.origin = of_log;
  update ledger_entry e set entry = null, salt = null
    from ledger_leaf l where l.log_id = found_log.id and l.index = at_index and e.id = l.entry_id and e.entry is not null
     and convert_from(e.entry, 'UTF8')::jsonb ->> 'action' <> 'ledger:entry:erased';
  if not found then
    return false;
  end if;
  perform record('ledger:entry:erased', found_log.account_id, found_log.person_id, jsonb_build_object(
    'index', at_index, 'by', 'operator'), found_log.process_id);
  return true;
end $$;
