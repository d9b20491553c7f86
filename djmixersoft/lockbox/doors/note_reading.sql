-- Notes what is about to be done with the item that a reading unlocked: 'shown', 'played' or 'downloaded', or what is usual for
-- its kind (null). Its key comes to a later transaction than the first such note, or not at all. Answers 'noted', 'not-yours'
-- where there is no such reading of theirs, 'over' where it is, or 'no-download' where the access doesn't say so. What is
-- disclosed is noted by disclose_item().
create or replace function djms.note_reading(reading uuid, doing text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('');
  open_one reading;
  granted access_grant;
  played boolean;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what is unlocked is what is so now' using errcode = '42501';
  end if;
  select * into open_one from reading r where r.id = note_reading.reading and r.staff_id = me;
  select * into granted from access_grant g where g.account_id = open_one.account_id and g.id = open_one.grant_id;
  select i.media_type ~ '^(audio|video)/' into played from item i
   where i.account_id = open_one.account_id and i.id = open_one.item_id and i.trashed_with is null;
  if open_one.id is null then
    return 'not-yours';
  elsif granted.id is null or played is null or open_one.closed_at is not null or granted.revoked_at is not null
     or least(open_one.ends, granted.ends) <= clock_timestamp() then
    return 'over';
  elsif doing = 'downloaded' and not granted.may_download or doing = 'disclosed' then
    return 'no-download';
  end if;
  perform current_staff(granted.staff_role);
  -- As in unlock(), no lock: whether it is still open is asked again before anything is shown.
  insert into reading_use as before (account_id, reading_id, what, staff_id)
  values (open_one.account_id, open_one.id, coalesce(doing, case when played then 'played' else 'shown' end), me)
  on conflict (account_id, reading_id, what) do update set times = before.times + 1, last_at = clock_timestamp();
  return 'noted';
end $$;
