-- How far these logs are sealed. Of each: its origin, how many entries it has, and the hashes of its complete subtrees.
create or replace function djms.log_heads(of_logs uuid[])
returns table (log_id uuid, origin text, size bigint, edge bytea)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select l.id, l.origin, l.size, l.edge from ledger_log l where l.id = any (of_logs);
end $$;
