-- Whose session the secret in the browser opens, proven or not, for the doors that lead to the second factor. Raises as
-- current_person() does.
create or replace function djms.session_holder(out person uuid, out session uuid)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select s.person_id, s.id into person, session from session s
   where s.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and s.expires > clock_timestamp();
  if session is null then
    raise exception 'no signed-in person' using errcode = '42501';
  end if;
end $$;
