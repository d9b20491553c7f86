-- Puts on record that an item was shared by a link, and that a link was revoked.
create or replace function djms.record_share() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'INSERT' then
    perform record('member:link:made', new.account_id, null, jsonb_build_object('link', new.id, 'item', new.item_id));
  elsif old.revoked_at is null and new.revoked_at is not null then
    perform record('member:link:revoked', new.account_id, null, jsonb_build_object('link', new.id, 'item', new.item_id));
  end if;
  return null;
end $$;
