-- One of those who handle legal processes opens an access under one that another of them has confirmed: to what it covers or some
-- of it (null: all), for at most 8 hours, for themselves alone. The request, the grant and the notice are one transaction. With
-- telling 'before' nothing can be unlocked until the notice was sent; a silent one's notice waits for its day. Answers 'opened',
-- or why not: as uncovered(), check_request() and add_grant(), or 'notice' while one of that account should have been sent.
create or replace function djms.open_process_access(
  process uuid, wanted uuid[], told text, for_hours integer, download boolean, out outcome text, out new_request uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('legal');
  found_one legal_process;
  chosen uuid[];
  asked access_request;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what a process covers is what is so now' using errcode = '42501';
  end if;
  select * into found_one from legal_process p where p.id = process;
  chosen := case
    when wanted is not null then wanted
    when found_one.whole_account then array(
      select i.id from item i
       where i.account_id = found_one.account_id and i.parent_id is null and i.trashed_with is null limit 10001)
    else array(select i.item_id from legal_item i where i.account_id = found_one.account_id and i.process_id = process) end;
  outcome := coalesce(
    uncovered(found_one.account_id, process, chosen),
    nullif(check_request(found_one.account_id, me, chosen, told, for_hours), 'many'),
    case when exists (
      select from access_notice n
       where n.account_id = found_one.account_id and n.sent_at is null and n.not_before <= clock_timestamp())
    then 'notice' end);
  if outcome is not null then
    return;
  end if;
  new_request := add_request(found_one.account_id, me, chosen, 'legal', null, process, 'legal', told, for_hours, download,
                             'opened');
  select * into asked from access_request r where r.account_id = found_one.account_id and r.id = new_request;
  select * into found_one from legal_process p where p.id = process;
  outcome := add_grant(asked, 'legal', null, chosen, clock_timestamp(), for_hours, asked.may_download,
                       found_one.telling = 'before', greatest(found_one.silent_until, clock_timestamp()));
  if outcome = 'granted' then
    outcome := 'opened';
  else
    delete from access_request r where r.account_id = found_one.account_id and r.id = new_request;
    new_request := null;
  end if;
end $$;
