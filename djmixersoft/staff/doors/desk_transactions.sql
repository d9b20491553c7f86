-- The transactions of the desk's login that hold locks on rows, or wait for some, at this moment: for the doors that don't
-- let themselves be kept waiting by one (end_desk_transactions).
create or replace function djms.desk_transactions() returns text[]
language plpgsql volatile security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return array(
    select distinct l.virtualtransaction from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where a.usename = 'djms_desk' and l.locktype = 'relation' and l.mode in ('RowShareLock', 'RowExclusiveLock')
       and l.database = (select d.oid from pg_database d where d.datname = current_database()));
end $$;
