-- Registers whoever holds an invitation's link with the address that it was mailed to, which proves the address, and
-- makes them a member. Answers 'joined', 'taken', or the state that an unusable invitation is in.
create or replace function djms.register_invited(
  token text, new_salt bytea, new_memory_kib integer, new_passes integer, new_lanes integer, key bytea,
  terms text, newsletter boolean, out outcome text, out address text)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  invited invitation;
  new_person uuid;
begin
  select * into invited from invitation i where i.token_hash = sha256(convert_to(token, 'UTF8')) for update;
  outcome := case when invited.id is null then 'unknown' when invited.used_at is not null then 'used'
                  when invited.withdrawn_at is not null or not exists (
                  select from membership m
                   where m.account_id = invited.account_id and m.person_id = invited.invited_by) then 'withdrawn'
                  when invited.expires < clock_timestamp() then 'expired' end;
  if outcome is not null then
    return;
  end if;
  address := invited.email;
  insert into person (email) values (address) on conflict (email) do nothing returning id into new_person;
  if new_person is null then
    outcome := 'taken';
    return;
  end if;
  insert into credential (person_id, salt, memory_kib, passes, lanes, verifier)
  values (new_person, new_salt, new_memory_kib, new_passes, new_lanes, sha256(key));
  insert into terms_agreement (person_id, version) values (new_person, terms);
  if newsletter then
    insert into subscription (person_id) values (new_person);
  end if;
  insert into membership (account_id, person_id) values (invited.account_id, new_person);
  update invitation set used_at = clock_timestamp() where id = invited.id and account_id = invited.account_id;
  outcome := 'joined';
end $$;
