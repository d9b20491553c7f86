-- The hashes of complete subtrees that are kept of a log.
create or replace function djms.nodes_to_check(of_log uuid) returns table (level smallint, index bigint, hash bytea)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select n.level, n.index, n.hash from ledger_node n where n.log_id = of_log;
end $$;
