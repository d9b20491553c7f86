-- Erases what is on record of accounts, people and legal processes that are gone, once it is sealed: the hashes stay. At most so many entries;
-- answers how many.
create or replace function djms.erase_ended_logs(most integer) returns integer
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  erased integer;
begin
  update ledger_entry set entry = null, salt = null where id in (
    select e.id from ledger_log g join ledger_entry e on e.log_id = g.id and e.entry is not null
      join ledger_leaf l on l.entry_id = e.id
     where not exists (select from account a where a.id = g.account_id)
       and not exists (select from person p where p.id = g.person_id)
       and not exists (select from legal_process c where c.id = g.process_id) limit most);
  get diagnostics erased = row_count;
  return erased;
end $$;
