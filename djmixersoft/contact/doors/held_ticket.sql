-- The question whose mailed link was opened. An unknown or ended one is refused (SQLSTATE 42501).
create or replace function djms.held_ticket() returns uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  held uuid;
begin
  select t.id into held from ticket_link l join ticket t on t.id = l.ticket_id
   where l.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and t.expires > clock_timestamp();
  if held is null then
    raise exception 'no such thread' using errcode = '42501';
  end if;
  return held;
end $$;
