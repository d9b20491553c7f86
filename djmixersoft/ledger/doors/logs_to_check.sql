-- Logs in the order of their ids, after one: how each stands, whether its account, person or process is gone, and
-- whose it is.
create or replace function djms.logs_to_check(after_log uuid, most integer)
returns table (log_id uuid, origin text, size bigint, edge bytea, checkpoint bytea, head_index bigint, has_ended boolean,
               whose uuid)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select l.id, l.origin, l.size, l.edge, l.checkpoint, l.head_index,
      not exists (select from account a where a.id = l.account_id)
        and not exists (select from person p where p.id = l.person_id)
        and not exists (select from legal_process c where c.id = l.process_id),
      coalesce(l.account_id, l.person_id, l.process_id)
    from ledger_log l where l.id > after_log order by l.id limit most;
end $$;
