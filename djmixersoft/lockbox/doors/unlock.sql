-- Whoever was granted access, and has shown a second factor a moment ago, unlocks one item for two hours, or until the access
-- ends; what they had unlocked before is closed. Only a later transaction is shown anything of it. Answers 'unlocked' and the
-- reading, or why not: 'not-yours' (no such access of theirs), 'not-yet', 'not-told' (its notice must go first and
-- hasn't), 'over', 'revoked', 'not-covered', 'gone'.
create or replace function djms.unlock(in_account uuid, access uuid, of_item uuid, out outcome text, out new_reading uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('');
  granted access_grant;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what is granted is what is so now' using errcode = '42501';
  end if;
  -- Two at once would each close what was open before, and not each other's.
  perform pg_advisory_xact_lock(hashtextextended('djms.unlock ' || me, 0));
  select * into granted from access_grant g
   where g.account_id = in_account and g.id = access and g.staff_id = me;
  outcome := case when granted.id is null then 'not-yours' when granted.revoked_at is not null then 'revoked'
                  when granted.ends <= clock_timestamp() then 'over'
                  when granted.starts > clock_timestamp() then 'not-yet'
                  when granted.tells_first and not exists (
                    select from access_notice n
                     where n.account_id = in_account and n.grant_id = access and n.sent_at is not null) then 'not-told'
                  when not exists (
                    select from access_grant_item c
                     where c.account_id = in_account and c.grant_id = access and c.item_id = of_item) then 'not-covered'
                  when not exists (
                    select from item i
                     where i.account_id = in_account and i.id = of_item and i.trashed_with is null) then 'gone' end;
  if outcome is not null then
    return;
  end if;
  perform current_staff(granted.staff_role);
  update reading r set closed_at = clock_timestamp() where r.staff_id = me and r.closed_at is null;
  -- No lock on what is granted, which would keep whoever revokes it waiting: whether it is open_reading() asks again.
  insert into reading (account_id, grant_id, item_id, staff_id, ends)
  values (in_account, access, of_item, me, least(clock_timestamp() + interval '2 hours', granted.ends))
  returning id into new_reading;
  outcome := 'unlocked';
end $$;
