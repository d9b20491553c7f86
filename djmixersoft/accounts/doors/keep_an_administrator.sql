-- Before a membership changes or goes: one change of an account's members at a time; whoever changes a membership, but
-- to leave, must still administer the account at that moment; and an Administrator must remain (SQLSTATE DJ001 if not).
-- A transaction that goes on seeing who was an Administrator when it began (REPEATABLE READ) may change nothing.
create or replace function djms.keep_an_administrator() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'members are changed by what is so now' using errcode = '42501';
  end if;
  perform from account where id = old.account_id for update;
  if not found then
    return coalesce(new, old); -- the account itself is going
  end if;
  if not (tg_op = 'DELETE' and old.person_id = current_member() and old.account_id = any (my_accounts()))
     and not (old.account_id = any (administered_accounts())) then
    raise exception 'not an Administrator of this account' using errcode = '42501';
  end if;
  if old.is_administrator and (tg_op = 'DELETE' or not new.is_administrator) and not exists (
      select from membership where account_id = old.account_id and person_id <> old.person_id and is_administrator) then
    raise exception 'an account always has an Administrator' using errcode = 'DJ001';
  end if;
  return coalesce(new, old);
end $$;
