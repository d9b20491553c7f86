-- Makes a person and their account of a registration whose link was opened. Of several registrations of one address the
-- first that is confirmed wins. Answers 'confirmed', 'again', 'expired', 'taken' or 'unknown'.
create or replace function djms.confirm_registration(token text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  noted registration;
  new_person uuid;
  new_account uuid;
begin
  select * into noted from registration r where r.token_hash = sha256(convert_to(token, 'UTF8')) for update;
  if noted.id is null then
    return 'unknown';
  elsif noted.confirmed_at is not null then
    return 'again';
  elsif noted.expires < clock_timestamp() then
    return 'expired';
  end if;
  insert into person (email) values (noted.email) on conflict (email) do nothing returning id into new_person;
  if new_person is null then
    return 'taken';
  end if;
  insert into credential (person_id, salt, memory_kib, passes, lanes, verifier)
  values (new_person, noted.salt, noted.memory_kib, noted.passes, noted.lanes, noted.verifier);
  insert into terms_agreement (person_id, version, agreed_at)
  values (new_person, noted.terms_version, noted.created_at);
  if noted.newsletter then
    insert into subscription (person_id) values (new_person);
  end if;
  insert into account (name) values (noted.account_name) returning id into new_account;
  insert into membership (account_id, person_id, is_administrator) values (new_account, new_person, true);
  update registration set confirmed_at = clock_timestamp(), salt = '', verifier = '' where id = noted.id;
  return 'confirmed';
end $$;
