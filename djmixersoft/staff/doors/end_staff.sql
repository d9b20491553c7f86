-- Somebody works here no more: their sessions end with this, and all is forgotten but the pseudonym, which stands in
-- customers' records, and when they came and went. Whether there was anybody with the address.
create or replace function djms.end_staff(address text) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  gone uuid;
begin
  update staff set ended_at = clock_timestamp(), email = null where email = address returning id into gone;
  if gone is null then
    return false;
  end if;
  delete from staff_session where staff_id = gone;
  delete from staff_factor where staff_id = gone;
  delete from staff_credential where staff_id = gone;
  delete from staff_link where staff_id = gone;
  delete from staff_role where staff_id = gone;
  return true;
end $$;
