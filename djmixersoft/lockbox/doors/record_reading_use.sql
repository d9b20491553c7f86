-- Puts on record what is done with an item that was unlocked: the first time that it is shown, played or downloaded.
create or replace function djms.record_reading_use() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform record_access(
    'staff:item:read', r.account_id, new.process_id,
    jsonb_build_object('by', g.staff_role, 'staff', g.pseudonym, 'access', g.id, 'reading', r.id, 'item', r.item_id,
                       'what', new.what))
     from reading r join access_grant g on g.account_id = r.account_id and g.id = r.grant_id
    where r.account_id = new.account_id and r.id = new.reading_id;
  return null;
end $$;
