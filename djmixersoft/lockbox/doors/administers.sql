-- Whether somebody administers an account at this moment, for the doors that only an Administrator opens. From here to the
-- end of the transaction nobody joins, leaves or is demoted there. By what was so when it began, nothing is decided. What the
-- desk leaves open keeps nobody waiting: after a second it is ended.
create or replace function djms.administers(who uuid, in_account uuid) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off set lock_timeout = 1000 as $$
declare
  held text[];
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'who administers an account is what is so now' using errcode = '42501';
  end if;
  for attempt in 1..2 loop
    begin
      held := desk_transactions();
      perform from account where id = in_account for no key update;
      exit;
    exception when lock_not_available then
      if attempt = 2 then
        raise;
      end if;
      perform end_desk_transactions(held);
    end;
  end loop;
  return exists (
    select from membership m where m.account_id = in_account and m.person_id = who and m.is_administrator);
end $$;
