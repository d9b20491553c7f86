-- Whether somebody administers an account at this moment, for the doors that only an Administrator opens. From here to the
-- end of the transaction nobody joins, leaves or is demoted there. By what was so when it began, nothing is decided.
create or replace function djms.administers(who uuid, in_account uuid) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'who administers an account is what is so now' using errcode = '42501';
  end if;
  perform from account where id = in_account for no key update;
  return exists (
    select from membership m where m.account_id = in_account and m.person_id = who and m.is_administrator);
end $$;
