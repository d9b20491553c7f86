-- The item whose key is for whoever acts: the one that is unlocked, once it is on record, by an earlier transaction, what is
-- done with it. Raises as open_reading() does.
create or replace function djms.opened(out account uuid, out item uuid)
language plpgsql volatile security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  unlocked_one constant record := open_reading();
begin
  if not exists (
      select from reading_use u
       where u.account_id = unlocked_one.account and u.reading_id = unlocked_one.reading
         and u.xid is distinct from pg_current_xact_id_if_assigned()) then
    raise exception 'nothing is on record of what is done with this item' using errcode = '42501';
  end if;
  account := unlocked_one.account;
  item := unlocked_one.item;
end $$;
