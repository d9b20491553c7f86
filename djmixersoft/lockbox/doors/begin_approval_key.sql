-- An Administrator begins to register an approval key: what the new passkey is to answer, good once and for 10 minutes.
-- Nothing where they don't administer the account.
create or replace function djms.begin_approval_key(in_account uuid) returns bytea
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  challenge constant bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
begin
  if not administers(me, in_account) then
    return null;
  end if;
  insert into approval_statement (account_id, digest, about, person_id, statement, expires)
  values (in_account, challenge, 'challenge', me, '', clock_timestamp() + interval '10 minutes');
  return challenge;
end $$;
