-- Puts on record that an item was unlocked, by whom and under which access; and that this was closed, unless by revoking the
-- access, which is on record itself.
create or replace function djms.record_reading() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  granted access_grant;
begin
  select * into granted from access_grant g where g.account_id = new.account_id and g.id = new.grant_id;
  if tg_op = 'INSERT' or (old.closed_at is null and new.closed_at is not null and granted.revoked_at is null) then
    perform record_access(
      case tg_op when 'INSERT' then 'staff:item:unlocked' else 'staff:reading:closed' end, new.account_id,
      new.process_id,
      jsonb_build_object('by', granted.staff_role, 'staff', granted.pseudonym, 'access', new.grant_id, 'reading', new.id,
                         'item', new.item_id));
  end if;
  return null;
end $$;
