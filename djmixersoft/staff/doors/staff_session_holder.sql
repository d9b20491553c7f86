-- Whose session the secret in the browser opens, proven or not, for the doors that lead to the second factor. Raises as
-- current_staff() does.
create or replace function djms.staff_session_holder(out staff uuid, out session uuid)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'who works here is what is so now' using errcode = '42501';
  end if;
  select s.staff_id, s.id into staff, session from staff_session s join staff m on m.id = s.staff_id
   where s.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and s.expires > clock_timestamp() and s.seen_at > clock_timestamp() - interval '30 minutes'
     and m.ended_at is null;
  if session is null then
    raise exception 'no signed-in staff' using errcode = '42501';
  end if;
end $$;
