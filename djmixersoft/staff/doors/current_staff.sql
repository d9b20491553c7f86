-- Who of the company's own people acts, by the secret in their browser: who showed a second factor too, hasn't left, and
-- has the role ('' = any). A session ends 8 hours after it was proven, and after half an hour without use. By a view of the
-- past nobody goes on. Raises otherwise: an empty answer would look like "nothing there".
create or replace function djms.current_staff(role text) returns uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_staff uuid;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'who works here is what is so now' using errcode = '42501';
  end if;
  select s.staff_id into found_staff from staff_session s join staff m on m.id = s.staff_id
   where s.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and s.proven_at is not null and s.expires > clock_timestamp()
     and s.seen_at > clock_timestamp() - interval '30 minutes' and m.ended_at is null
     and (current_staff.role = ''
          or exists (select from staff_role r where r.staff_id = s.staff_id and r.role = current_staff.role));
  if found_staff is null then
    raise exception 'no signed-in staff' using errcode = '42501';
  end if;
  return found_staff;
end $$;
