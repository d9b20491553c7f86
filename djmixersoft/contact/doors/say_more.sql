-- Adds to a thread: to the one whose mailed link is presented, or, by its id, to one's own. It is the company's turn then.
-- `outcome`: 'sent', 'gone' (no such thread of theirs) or 'many': more than 20 within an hour.
create or replace function djms.say_more(thread uuid, words text, out outcome text, out wait_seconds integer)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  by_link constant boolean := thread is null;
  seen ticket;
begin
  wait_seconds := 0;
  if by_link then
    select t.* into seen from ticket t where t.id = held_ticket() for update;
  else
    select t.* into seen from ticket t where t.id = thread and t.person_id = current_person() for update;
  end if;
  if seen.id is null then
    outcome := 'gone';
  elsif count_try('thread', seen.id::text, interval '1 hour') > 20 then
    outcome := 'many';
    wait_seconds := try_ends('thread', seen.id::text);
  else
    outcome := 'sent';
    insert into ticket_message (ticket_id, person_id, text) values (seen.id, seen.person_id, words);
    -- Links go out by mail only, so who shows one reads what is mailed to the address.
    update ticket t set state = 'open', address_proven = t.address_proven or by_link, updated_at = clock_timestamp()
     where t.id = seen.id;
  end if;
end $$;
