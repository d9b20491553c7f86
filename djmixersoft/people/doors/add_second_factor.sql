-- Adds a second factor to the signed-in person, who shows the key of their password. With the first come recovery codes (their
-- SHA-256), and every other sign-in of theirs ends: who was in by the password alone isn't any more. Answers 'added', 'first',
-- or why not: 'password', 'many' (ten are enough), 'known' (a passkey that is there already).
create or replace function djms.add_second_factor(
  key bytea, new_factor uuid, kind text, called text, sealed bytea, verifier bytea, credential_id bytea, public_key bytea,
  count bigint, step bigint, codes text[]) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  is_first boolean;
begin
  -- One at a time for each; and who signs in meanwhile waits, and then needs the second factor.
  perform from person p where p.id = me for update;
  if not shows_password(me, key) then
    return 'password';
  elsif (select pg_catalog.count(*) from factor f where f.person_id = me) >= 10 then
    return 'many';
  end if;
  is_first := not exists (select from factor f where f.person_id = me);
  insert into factor (id, person_id, kind, name, sealed, verifier, credential_id, public_key, sign_count, last_step)
  values (new_factor, me, add_second_factor.kind, left(called, 60), add_second_factor.sealed, add_second_factor.verifier,
          add_second_factor.credential_id, add_second_factor.public_key, coalesce(add_second_factor.count, 0),
          coalesce(step, 0))
  on conflict do nothing;
  if not found then
    return 'known';
  end if;
  update session s set challenge = null, challenge_at = null
   where s.token_hash = sha256(convert_to(current_setting('djms.token', true), 'UTF8'));
  if not is_first then
    return 'added';
  end if;
  perform put_recovery_codes(me, codes);
  delete from session s
   where s.person_id = me and s.token_hash <> sha256(convert_to(current_setting('djms.token', true), 'UTF8'));
  return 'first';
end $$;
