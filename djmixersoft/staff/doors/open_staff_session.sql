-- The first half of signing in at the desk, for whoever shows the key that their password hashes to. The session is good
-- for 10 minutes and for nothing but the second factor.
create or replace function djms.open_staff_session(
  address text, key bytea, new_token_hash bytea, device_words text) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  known uuid;
begin
  -- Who ends somebody, or sets a new password, waits for this, and then ends this session too.
  select m.id into known from staff m join staff_credential c on c.staff_id = m.id
   where m.email = address and m.ended_at is null and c.verifier = sha256(key) for share of m, c;
  if known is null then
    return false;
  end if;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('desk:' || address, 'UTF8'));
  insert into staff_session (token_hash, staff_id, device, enrols, expires)
  values (new_token_hash, known, left(device_words, 100), false, clock_timestamp() + interval '10 minutes');
  return true;
end $$;
