-- Mails a link to the address that the signed-in person wants from now on, and a word to the one they have, if they show
-- the key of their password. The latest request is the one that counts. Answers 'sent', 'password' or 'many'.
create or replace function djms.request_email_change(key bytea, new_address text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  address text;
begin
  select email into address from person where id = me;
  -- A new password waits for this, and then ends this link too.
  perform from credential where person_id = me and verifier = sha256(key) for share;
  if not found then
    return 'password';
  end if;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('password:' || address, 'UTF8'));
  if count_try('mail', new_address, interval '1 hour') > 5 or count_try('change', address, interval '1 hour') > 5 then
    return 'many';
  end if;
  delete from mail_proof where person_id = me and kind = 'email';
  insert into mail_proof (token_hash, person_id, kind, new_email, expires)
  values (sha256(convert_to(token, 'UTF8')), me, 'email', new_address, clock_timestamp() + interval '2 hours');
  insert into mail_message (template, recipient, secret) values ('confirm-email', new_address, token);
  insert into mail_message (template, recipient) values ('email-change-asked', address);
  return 'sent';
end $$;
