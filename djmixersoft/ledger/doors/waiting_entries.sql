-- What is to be sealed next, oldest first: at most so many entries, each with what its leaf's hash was made of. `its_log` and
-- `leaf` are the entry's own, to be held against what the outbox says.
create or replace function djms.waiting_entries(most integer)
returns table (entry_id bigint, log_id uuid, hash bytea, its_log uuid, leaf bytea, salt bytea, entry bytea)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select w.entry_id, w.log_id, w.hash, e.log_id, e.leaf, e.salt, e.entry
    from (select * from ledger_waiting o order by o.entry_id limit most) w
    left join ledger_entry e on e.id = w.entry_id order by w.entry_id;
end $$;
