-- Sets a new password for whoever showed a second factor within the last 5 minutes and shows the present password's key;
-- their other sessions end.
create or replace function djms.staff_set_password(
  old_key bytea, new_salt bytea, new_memory_kib integer, new_passes integer, new_lanes integer, new_key bytea)
returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('');
begin
  update staff_credential set salt = new_salt, memory_kib = new_memory_kib, passes = new_passes, lanes = new_lanes,
         verifier = sha256(new_key) where staff_id = me and verifier = sha256(old_key);
  if not found then
    return false;
  end if;
  delete from staff_session
   where staff_id = me and token_hash <> sha256(convert_to(current_setting('djms.token', true), 'UTF8'));
  delete from sign_in_try where email_hash = (
    select sha256((select value from door_secret) || convert_to('desk:' || m.email, 'UTF8')) from staff m where m.id = me);
  return true;
end $$;
