-- Gives the heads log its new head, only where it still stands at the size from which it was made. Raises
-- serialization_failure (SQLSTATE 40001) where it doesn't.
create or replace function djms.advance_heads(old_size bigint, new_size bigint, new_edge bytea, new_checkpoint bytea)
returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  update ledger_heads set size = new_size, edge = new_edge, checkpoint = new_checkpoint, sealed_at = clock_timestamp()
   where size = old_size;
  if not found then
    raise exception 'the heads log has grown meanwhile' using errcode = '40001';
  end if;
end $$;
