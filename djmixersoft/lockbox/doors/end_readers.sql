-- Ends the sessions of the desk's login that still read by an access which was revoked, or is over: each transaction that was
-- shown anything by an access holds a lock named after it (open_reading). Answers how many.
create or replace function djms.end_readers() returns integer
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return (
    select count(*) from (
      select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where l.locktype = 'advisory' and l.objsubid = 1 and l.mode = 'ShareLock' and l.granted
         and l.database = (select d.oid from pg_database d where d.datname = current_database())
         and a.usename = 'djms_desk'
         and (l.classid::bigint << 32 | l.objid::bigint) in (
           select hashtextextended('djms.grant ' || g.id, 0) from access_grant g
            where g.revoked_at > clock_timestamp() - interval '1 day'
               or g.ends between clock_timestamp() - interval '1 day' and clock_timestamp())) ended);
end $$;
