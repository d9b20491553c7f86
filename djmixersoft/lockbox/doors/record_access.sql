-- Puts what has to do with an access on record: in the account's log; or, as long as its Administrators may not be told of the
-- legal process that it is for, in that one's own. Whoever tells them waits for this transaction, and the other way round.
create or replace function djms.record_access(what text, in_account uuid, in_process uuid, details jsonb) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  is_silent boolean;
begin
  if in_process is not null then
    select p.silent_until is not null and p.told_at is null into is_silent from legal_process p
     where p.account_id = in_account and p.id = in_process for share;
  end if;
  if is_silent then
    perform record(what, null, null, details || jsonb_build_object('account', in_account), in_process);
  else
    perform record(what, in_account, null, details);
  end if;
end $$;
