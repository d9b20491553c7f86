-- As current_staff(), for what asks for more: a second factor was shown within the last 5 minutes, or SQLSTATE DJ007.
create or replace function djms.staff_confirmed(role text) returns uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_staff constant uuid := current_staff(staff_confirmed.role);
begin
  perform from staff_session s
    where s.token_hash = sha256(convert_to(current_setting('djms.token', true), 'UTF8'))
      and s.confirmed_at > clock_timestamp() - interval '5 minutes';
  if not found then
    raise exception 'confirm again' using errcode = 'DJ007';
  end if;
  return found_staff;
end $$;
