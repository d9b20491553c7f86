-- Ends those of the desk's transactions that were under way before (desk_transactions), and still hold locks on rows: it
-- takes moments for what it does, so that one which doesn't end is stuck, or is there to keep somebody waiting.
create or replace function djms.end_desk_transactions(held text[]) returns void
language plpgsql volatile security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform pg_terminate_backend(stuck.pid, 1000) from (
    select distinct l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where a.usename = 'djms_desk' and l.locktype = 'relation' and l.mode in ('RowShareLock', 'RowExclusiveLock')
       and l.virtualtransaction = any (held)) stuck;
end $$;
