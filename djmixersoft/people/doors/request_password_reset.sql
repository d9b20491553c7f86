-- Mails a link to set a new password, if a person has the address; the page shows the same if not.
create or replace function djms.request_password_reset(address text) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  known uuid;
begin
  -- A new address waits for this, and then ends this link too.
  select id into known from person where email = address for key share;
  if count_try('mail', address, interval '1 hour') > 5 or known is null then
    return;
  end if;
  insert into mail_proof (token_hash, person_id, kind, expires)
  values (sha256(convert_to(token, 'UTF8')), known, 'password', clock_timestamp() + interval '2 hours');
  insert into mail_message (template, recipient, secret) values ('reset-password', address, token);
end $$;
