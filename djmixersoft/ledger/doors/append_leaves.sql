-- Takes entries out of the outbox and gives each its place in its log. Raises serialization_failure (SQLSTATE 40001) where
-- the outbox doesn't hold just these.
create or replace function djms.append_leaves(logs uuid[], indexes bigint[], hashes bytea[], entries bigint[]) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  taken integer;
begin
  delete from ledger_waiting w using unnest(logs, hashes, entries) as n (log, hash, entry)
   where w.entry_id = n.entry and w.log_id = n.log and w.hash = n.hash;
  get diagnostics taken = row_count;
  if taken <> cardinality(entries) then
    raise exception 'the outbox holds something else' using errcode = '40001';
  end if;
  insert into ledger_leaf (log_id, index, account_id, person_id, process_id, hash, entry_id)
  select l.id, n.index, l.account_id, l.person_id, l.process_id, n.hash, n.entry
    from unnest(logs, indexes, hashes, entries) as n (log, index, hash, entry) join ledger_log l on l.id = n.log;
end $$;
