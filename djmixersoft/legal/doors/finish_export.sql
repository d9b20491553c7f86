-- Notes what an export came to: how many items, and size and SHA-256 of what was handed over, as it was encrypted; closes what it
-- had unlocked. Answers 'done', or 'over' where there is no such export of theirs that is still under way.
create or replace function djms.finish_export(export uuid, items integer, size bigint, sha256 bytea) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
begin
  update legal_export e
     set ended_at = clock_timestamp(), items = finish_export.items, size = finish_export.size,
         sha256 = finish_export.sha256
   where e.id = export and e.staff_id = me and e.ended_at is null;
  if not found then
    return 'over';
  end if;
  update reading r set closed_at = clock_timestamp() where r.staff_id = me and r.closed_at is null;
  return 'done';
end $$;
