-- Signs in whoever shows the key that their password hashes to. Only here are sessions made: SQL that was smuggled into
-- the site's login can't make one without the password. A new password waits for this, and then ends this session too.
-- Where the person has a second factor, the session is good for nothing but that, for 10 minutes.
create or replace function djms.open_session(
  address text, key bytea, new_token_hash bytea, stay boolean, device_words text) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  proven uuid;
  is_half boolean;
begin
  select p.id into proven from person p join credential c on c.person_id = p.id
   where p.email = address and c.verifier = sha256(key) for share of p, c; -- who adds a first factor waits for it
  if proven is null then
    return false;
  end if;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('password:' || address, 'UTF8'));
  is_half := exists (select from factor f where f.person_id = proven);
  insert into session (token_hash, person_id, device, stays, expires, proven_at)
  values (new_token_hash, proven, left(device_words, 100), stay,
          clock_timestamp() + case when is_half then interval '10 minutes' when stay then interval '30 days'
                                   else interval '12 hours' end,
          case when not is_half then clock_timestamp() end);
  return true;
end $$;
