-- Notes a registration and mails the link that confirms it. Who is already registered gets a mail that says so; the
-- page shows the same in both cases. After five mails to an address within an hour no more are sent.
create or replace function djms.register(
  address text, new_salt bytea, new_memory_kib integer, new_passes integer, new_lanes integer, key bytea,
  account_name text, terms text, newsletter boolean) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  if count_try('mail', address, interval '1 hour') > 5 then
    return;
  end if;
  if exists (select from person where email = address) then
    insert into mail_message (template, recipient) values ('already-registered', address);
    return;
  end if;
  insert into registration (email, salt, memory_kib, passes, lanes, verifier, account_name, terms_version, newsletter,
                            token_hash, expires)
  values (address, new_salt, new_memory_kib, new_passes, new_lanes, sha256(key), account_name, terms, newsletter,
          sha256(convert_to(token, 'UTF8')), clock_timestamp() + interval '2 days');
  insert into mail_message (template, recipient, secret) values ('confirm-registration', address, token);
end $$;
