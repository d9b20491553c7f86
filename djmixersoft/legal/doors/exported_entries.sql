-- The entries that say what was disclosed under the access of an export of whoever acts: the one that is named. Raises as
-- exported_logs() does.
create or replace function djms.exported_entries() returns bigint[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  logs constant uuid[] := exported_logs();
  begun constant legal_export := (select e from legal_export e where e.id = current_setting('djms.named')::uuid);
begin
  return array(
    select e.id from ledger_entry e
     where e.log_id = any (logs) and e.entry is not null
       and convert_from(e.entry, 'UTF8')::jsonb @> jsonb_build_object(
         'action', 'staff:item:read', 'what', 'disclosed', 'access', begun.grant_id));
end $$;
