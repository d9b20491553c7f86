-- One of those who handle legal processes begins to hand over what an access of theirs covers, encrypted to the key that the
-- authority named. Answers 'begun' and the export, or why not: 'not-yours', 'over', 'not-told', 'key' (none was named).
create or replace function djms.begin_export(in_account uuid, access uuid, out outcome text, out new_export uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('legal');
  granted access_grant;
begin
  select * into granted from access_grant g
   where g.account_id = in_account and g.id = access and g.staff_id = me and g.basis = 'legal';
  outcome := case
    when granted.id is null then 'not-yours'
    when granted.revoked_at is not null or granted.ends <= clock_timestamp() then 'over'
    when granted.tells_first and not exists (
      select from access_notice n where n.account_id = in_account and n.grant_id = access and n.sent_at is not null)
    then 'not-told'
    when not exists (
      select from legal_process p
       where p.account_id = in_account and p.id = granted.process_id and p.recipient_key is not null) then 'key' end;
  if outcome is not null then
    return;
  end if;
  insert into legal_export (account_id, process_id, grant_id, staff_id)
  values (in_account, granted.process_id, access, me) returning id into new_export;
  outcome := 'begun';
end $$;
