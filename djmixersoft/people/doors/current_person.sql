-- Believes the secret in the browser, and nothing else; of who has a second factor, once that was shown too. No secret, or one that no session knows, is an error: an empty
-- answer would look like "nothing there".
create or replace function djms.current_person() returns uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_person uuid;
begin
  select person_id into found_person from session
   where token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and expires > clock_timestamp() and proven_at is not null;
  if found_person is null then
    raise exception 'no signed-in person' using errcode = '42501';
  end if;
  return found_person;
end $$;
