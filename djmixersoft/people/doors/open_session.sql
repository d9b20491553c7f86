-- Signs in whoever shows the key that their password hashes to. Only here are sessions made: SQL that was smuggled into
-- the site's login can't make one without the password. A new password waits for this, and then ends this session too.
create or replace function djms.open_session(
  address text, key bytea, new_token_hash bytea, stay boolean, device_words text) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  proven uuid;
begin
  select p.id into proven from person p join credential c on c.person_id = p.id
   where p.email = address and c.verifier = sha256(key) for share of c;
  if proven is null then
    return false;
  end if;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('password:' || address, 'UTF8'));
  insert into session (token_hash, person_id, device, stays, expires)
  values (new_token_hash, proven, left(device_words, 100), stay,
          clock_timestamp() + case when stay then interval '30 days' else interval '12 hours' end);
  return true;
end $$;
