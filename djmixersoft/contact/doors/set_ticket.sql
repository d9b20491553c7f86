-- Gives a question to somebody of support, or to nobody (`looks_after` is null), and closes it or opens it again. `was` and
-- `was_with`: the state in which it was seen, and with whom. Answers 'done', 'meanwhile' (it isn't so any more), 'nobody' (none
-- of support) or 'gone'.
create or replace function djms.set_ticket(ticket uuid, was text, was_with uuid, new_state text, looks_after uuid)
returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  seen ticket;
begin
  perform current_staff('support');
  select t.* into seen from ticket t where t.id = set_ticket.ticket for update;
  if seen.id is null then
    return 'gone';
  elsif seen.state <> was or seen.assigned_to is distinct from was_with then
    return 'meanwhile';
  elsif looks_after is not null and looks_after not in (select s.id from support_staff() s) then
    return 'nobody';
  end if;
  update ticket t set state = new_state, assigned_to = looks_after, updated_at = clock_timestamp() where t.id = seen.id;
  return 'done';
end $$;
