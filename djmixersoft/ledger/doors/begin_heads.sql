-- Begins the heads log, with the key that will sign it; once. A second one would make whatever was sealed worthless.
create or replace function djms.begin_heads(its_key text, empty_checkpoint bytea) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  insert into ledger_heads (id, key, size, edge, checkpoint) values (1, its_key, 0, '', empty_checkpoint);
end $$;
