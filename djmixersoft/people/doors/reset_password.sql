-- Sets a new password for whoever holds the mailed link, ends all their sign-ins and their programs' tokens, and tells
-- them by mail.
-- Answers 'done', 'expired' or 'unknown'.
create or replace function djms.reset_password(
  token text, new_salt bytea, new_memory_kib integer, new_passes integer, new_lanes integer, new_key bytea) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  proof mail_proof;
  address text;
begin
  delete from mail_proof where token_hash = sha256(convert_to(token, 'UTF8')) and kind = 'password' returning * into proof;
  if proof.person_id is null then
    return 'unknown';
  elsif proof.expires < clock_timestamp() then
    return 'expired';
  end if;
  update credential set salt = new_salt, memory_kib = new_memory_kib, passes = new_passes, lanes = new_lanes,
         verifier = sha256(new_key) where person_id = proof.person_id;
  delete from session where person_id = proof.person_id;
  delete from api_token where person_id = proof.person_id;
  delete from mail_proof where person_id = proof.person_id;
  select email into address from person where id = proof.person_id;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('password:' || address, 'UTF8'));
  insert into mail_message (template, recipient) values ('password-changed', address);
  return 'done';
end $$;
