-- Gives logs their new heads, each only where it still stands at the size from which it was made. Raises
-- serialization_failure (SQLSTATE 40001) where one doesn't.
create or replace function djms.advance_logs(
  logs uuid[], old_sizes bigint[], new_sizes bigint[], edges bytea[], checkpoints bytea[], head_indexes bigint[])
returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  advanced integer;
begin
  update ledger_log l
     set size = n.new_size, edge = n.edge, checkpoint = n.checkpoint, head_index = n.head_index,
         sealed_at = clock_timestamp()
    from unnest(logs, old_sizes, new_sizes, edges, checkpoints, head_indexes)
      as n (log, old_size, new_size, edge, checkpoint, head_index)
   where l.id = n.log and l.size = n.old_size;
  get diagnostics advanced = row_count;
  if advanced <> cardinality(logs) then
    raise exception 'a log has grown meanwhile' using errcode = '40001';
  end if;
end $$;
