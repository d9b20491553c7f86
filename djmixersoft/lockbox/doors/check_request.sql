-- What keeps a request for access from being made, for the doors that make one: see request_access(). Null where nothing does.
create or replace function djms.check_request(
  in_account uuid, of_staff uuid, wanted uuid[], told text, for_hours integer) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  -- One request of an account at a time is counted, so that many at once don't get past the bound. The account's row isn't
  -- locked for that: its Administrators would have to wait for whatever the desk leaves open.
  perform pg_advisory_xact_lock(hashtextextended('djms.request ' || in_account, 0));
  return case when not exists (select from account a where a.id = in_account) then 'unknown'
              when coalesce(cardinality(wanted), 0) = 0 or array_position(wanted, null) is not null then 'nothing'
              when cardinality(wanted) > 100 then 'many'
              when for_hours is null or for_hours not between 1 and 8 then 'hours'
              when coalesce(btrim(told), '') = '' or length(told) > 2000 then 'words'
              when (select count(*) from access_request r
                     where r.account_id = in_account and r.staff_id = of_staff and r.state in ('pending', 'asked')
                       and r.expires > clock_timestamp()) >= 20 then 'waiting'
              -- Each is a mail to every Administrator, also where it is taken back at once.
              when (select count(*) from access_request r
                     where r.account_id = in_account and r.staff_id = of_staff
                       and r.created_at > clock_timestamp() - interval '1 day') >= 60 then 'often' end;
end $$;
