-- Gives logs their new heads, each only where it still stands at the size from which it was made, and keeps the one before
-- where a witness has signed over it. Raises serialization_failure (SQLSTATE 40001) where one stands elsewhere.
create or replace function djms.advance_logs(
  logs uuid[], old_sizes bigint[], new_sizes bigint[], edges bytea[], checkpoints bytea[], head_indexes bigint[])
returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  advanced integer;
  signed_over constant bigint := (
    select max(c.size) from ledger_cosignature c where c.size <= (select h.size from ledger_heads h));
begin
  update ledger_log l
     set witnessed_size = case when l.head_index < signed_over then l.size else l.witnessed_size end,
         witnessed_checkpoint = case when l.head_index < signed_over then l.checkpoint else l.witnessed_checkpoint end,
         witnessed_head_index = case when l.head_index < signed_over then l.head_index else l.witnessed_head_index end,
         size = n.new_size, edge = n.edge, checkpoint = n.checkpoint, head_index = n.head_index,
         sealed_at = clock_timestamp()
    from unnest(logs, old_sizes, new_sizes, edges, checkpoints, head_indexes)
      as n (log, old_size, new_size, edge, checkpoint, head_index)
   where l.id = n.log and l.size = n.old_size;
  get diagnostics advanced = row_count;
  if advanced <> cardinality(logs) then
    raise exception 'a log has grown meanwhile' using errcode = '40001';
  end if;
end $$;
