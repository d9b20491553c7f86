-- An account names at most 20 witnesses (SQLSTATE DJ009 for one more). One is named at a time, so that two who name one at
-- the same moment don't get past it.
create or replace function djms.bound_witnesses() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'witnesses are counted as they are now' using errcode = '42501';
  end if;
  perform from account where id = new.account_id for no key update;
  if (select count(*) from ledger_witness w where w.account_id = new.account_id) >= 20 then
    raise exception 'an account has at most 20 witnesses' using errcode = 'DJ009';
  end if;
  new.named_at := clock_timestamp();
  return new;
end $$;
