-- Sets a new password for the signed-in person, if they show the key of the present one; their other sign-ins, their
-- programs' tokens and the links that were mailed for them end.
create or replace function djms.change_password(
  old_key bytea, new_salt bytea, new_memory_kib integer, new_passes integer, new_lanes integer, new_key bytea)
returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  address text;
begin
  update credential set salt = new_salt, memory_kib = new_memory_kib, passes = new_passes, lanes = new_lanes,
         verifier = sha256(new_key) where person_id = me and verifier = sha256(old_key);
  if not found then
    return false;
  end if;
  delete from session
   where person_id = me and token_hash <> sha256(convert_to(current_setting('djms.token', true), 'UTF8'));
  delete from api_token where person_id = me;
  delete from mail_proof where person_id = me;
  select email into address from person where id = me;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('password:' || address, 'UTF8'));
  insert into mail_message (template, recipient) values ('password-changed', address);
  return true;
end $$;
