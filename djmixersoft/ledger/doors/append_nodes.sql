-- Adds the hashes of complete subtrees that came to be in logs: of 256, 256 * 256... leaves each.
create or replace function djms.append_nodes(logs uuid[], levels integer[], indexes bigint[], hashes bytea[]) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  insert into ledger_node (log_id, level, index, account_id, person_id, process_id, hash)
  select l.id, n.level, n.index, l.account_id, l.person_id, l.process_id, n.hash
    from unnest(logs, levels, indexes, hashes) as n (log, level, index, hash) join ledger_log l on l.id = n.log;
end $$;
