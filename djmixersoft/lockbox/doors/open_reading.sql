-- The reading that is named and open: of whoever acts, on record since an earlier transaction, not closed, under an access
-- that has begun, not ended and wasn't revoked, of an item that isn't in the trash. Where there is none such: SQLSTATE 42501;
-- DJ008 where there was one and it is over. Looks at what is so now, not when the statement began (volatile), and takes a
-- lock that tells by which access a transaction reads: who revokes it either is seen here, or sees that.
create or replace function djms.open_reading(out account uuid, out reading uuid, out item uuid)
language plpgsql volatile security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  asked constant text := nullif(current_setting('djms.named', true), '');
  me constant uuid := current_staff('');
  granted access_grant;
  found_one reading;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what is unlocked is what is so now' using errcode = '42501';
  end if;
  if pg_input_is_valid(asked, 'uuid') then
    select * into found_one from reading r where r.id = asked::uuid and r.staff_id = me;
  end if;
  if found_one.id is null or found_one.xid is not distinct from pg_current_xact_id_if_assigned() then
    raise exception 'nothing is unlocked' using errcode = '42501';
  end if;
  if not pg_try_advisory_xact_lock_shared(hashtextextended('djms.grant ' || found_one.grant_id, 0)) then
    raise exception 'this access is being ended' using errcode = 'DJ008';
  end if;
  select * into granted from access_grant g where g.account_id = found_one.account_id and g.id = found_one.grant_id;
  select * into found_one from reading r where r.account_id = found_one.account_id and r.id = found_one.id;
  if granted.id is null or found_one.id is null or found_one.closed_at is not null or granted.revoked_at is not null
     or granted.starts > clock_timestamp() or least(found_one.ends, granted.ends) <= clock_timestamp()
     or not exists (
       select from item i
        where i.account_id = found_one.account_id and i.id = found_one.item_id and i.trashed_with is null) then
    raise exception 'this reading is over' using errcode = 'DJ008';
  end if;
  perform current_staff(granted.staff_role);
  account := found_one.account_id;
  reading := found_one.id;
  item := found_one.item_id;
end $$;
