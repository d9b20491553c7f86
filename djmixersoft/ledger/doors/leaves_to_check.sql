-- Entries of a log from an index on, as sealed: each with its leaf, and with what that was made of unless it was erased.
create or replace function djms.leaves_to_check(of_log uuid, from_index bigint, most integer)
returns table (index bigint, hash bytea, leaf bytea, salt bytea, entry bytea)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select l.index, l.hash, e.leaf, e.salt, e.entry
    from ledger_leaf l left join ledger_entry e on e.id = l.entry_id and e.log_id = l.log_id
   where l.log_id = of_log and l.index >= from_index order by l.index limit most;
end $$;
