-- Unlocks the next item of an export that was begun, and puts on record that it is disclosed; what was open before is closed. Only
-- a later transaction is shown anything of it, as after unlock(). Answers 'unlocked' and the reading, or why not: 'not-yours',
-- 'over', 'not-covered', 'gone'.
create or replace function djms.disclose_item(export uuid, of_item uuid, out outcome text, out new_reading uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
  begun legal_export;
  granted access_grant;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what is granted is what is so now' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('djms.unlock ' || me, 0));
  select * into begun from legal_export e where e.id = export and e.staff_id = me;
  select * into granted from access_grant g where g.account_id = begun.account_id and g.id = begun.grant_id;
  outcome := case
    when granted.id is null then 'not-yours'
    when begun.ended_at is not null or granted.revoked_at is not null or granted.ends <= clock_timestamp() then 'over'
    when not exists (
      select from access_grant_item c
       where c.account_id = begun.account_id and c.grant_id = begun.grant_id and c.item_id = of_item) then 'not-covered'
    when not exists (
      select from item i
       where i.account_id = begun.account_id and i.id = of_item and i.trashed_with is null) then 'gone' end;
  if outcome is not null then
    return;
  end if;
  update reading r set closed_at = clock_timestamp() where r.staff_id = me and r.closed_at is null;
  insert into reading (account_id, grant_id, item_id, staff_id, ends)
  values (begun.account_id, begun.grant_id, of_item, me, least(clock_timestamp() + interval '2 hours', granted.ends))
  returning id into new_reading;
  insert into reading_use (account_id, reading_id, what, staff_id) values (begun.account_id, new_reading, 'disclosed', me);
  outcome := 'unlocked';
end $$;
