-- Support opens an access of which the account's Administrators are told afterwards: the request, the grant and the notice
-- are one transaction. Answers 'opened', or as request_access() and decide_request() why not; 'ask-first' where the account
-- doesn't allow it (none does until an Administrator says so), 'notice' while a notice of that account is unsent, or one of
-- whatever account for over a minute: then nobody would be told of more.
create or replace function djms.open_after_notice(
  in_account uuid, wanted uuid[], for_ticket uuid, reason_code text, told text, for_hours integer, download boolean,
  out outcome text, out new_request uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('support');
  asked access_request;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what an account allows is what is so now' using errcode = '42501';
  end if;
  outcome := check_request(in_account, me, wanted, told, for_hours);
  if outcome is null and exists (select from access_setting s where s.account_id = in_account and s.after_notice) then
    -- An Administrator who forbids it meanwhile waits for this, or ends it (administers).
    perform from account a where a.id = in_account for no key update;
  end if;
  if outcome is null and not exists (select from access_setting s where s.account_id = in_account and s.after_notice) then
    outcome := 'ask-first';
  elsif outcome is null and exists (
      select from access_notice n where n.sent_at is null and n.not_before <= clock_timestamp()
         and (n.account_id = in_account or n.not_before < clock_timestamp() - interval '60 seconds')
      union all
      select from parting_notice n where n.sent_at is null and is_told(n.process_id)
         and n.created_at < clock_timestamp() - interval '60 seconds') then
    outcome := 'notice';
  end if;
  if outcome is not null then
    return;
  end if;
  new_request := add_request(
    in_account, me, wanted, 'support', for_ticket, null, reason_code, told, for_hours, download, 'opened');
  select * into asked from access_request r where r.account_id = in_account and r.id = new_request;
  outcome := add_grant(asked, 'after-notice', null, wanted, clock_timestamp(), for_hours, asked.may_download);
  if outcome = 'granted' then
    outcome := 'opened';
  else
    delete from access_request r where r.account_id = in_account and r.id = new_request;
    new_request := null;
  end if;
end $$;
