-- The question whose mailed link is presented. An unknown one is refused (SQLSTATE 42501).
create or replace function djms.held_ticket() returns uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  held uuid;
begin
  select l.ticket_id into held from ticket_link l
   where l.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'));
  if held is null then
    raise exception 'no such thread' using errcode = '42501';
  end if;
  return held;
end $$;
