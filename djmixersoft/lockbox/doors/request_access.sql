-- Somebody here asks to see items of an account, as 'support' or 'legal', for a ticket or a process; the account's
-- Administrators are told by mail. Nothing is looked at, not even whether these items are there. Answers 'asked', or why
-- not: 'unknown' (no such account), 'nothing' or 'many' (items: 1 to 100), 'hours' (1 to 8), 'words' (to 2,000 characters),
-- 'waiting' (20 of theirs are open in that account already), 'often' (60 were made there within a day), 'process' (for a
-- process that isn't confirmed, is over, is to be kept silent about, or doesn't cover these items).
create or replace function djms.request_access(
  in_account uuid, wanted uuid[], as_role text, for_ticket uuid, for_process uuid, reason_code text, told text,
  for_hours integer, download boolean, out outcome text, out new_request uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff(as_role);
begin
  outcome := check_request(in_account, me, wanted, told, for_hours);
  if outcome is null and as_role = 'legal'
     and (uncovered(in_account, for_process, wanted) is not null or not is_told(for_process)) then
    outcome := 'process';
  end if;
  if outcome is not null then
    return;
  end if;
  new_request := add_request(
    in_account, me, wanted, as_role, for_ticket, for_process, reason_code, told, for_hours, download, 'pending');
  perform mail_administrators(in_account, 'access-requested', '/access/' || new_request, me);
  outcome := 'asked';
end $$;
