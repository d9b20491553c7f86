-- Adds to a thread: to the one whose mailed link was opened, or, by its id, to one's own. The company's turn again. `outcome`:
-- 'sent', 'gone' (no such thread of theirs, or not sent yet) or 'many': more than 20 within an hour.
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
  if seen.id is null or seen.state = 'unconfirmed' then
    outcome := 'gone';
    return;
  end if;
  if count_try('thread', seen.id::text, interval '1 hour') > 20 then
    outcome := 'many';
    select greatest(1, ceil(extract(epoch from t.expires - clock_timestamp())))::integer into wait_seconds
      from sign_in_try t
     where t.email_hash = sha256((select value from door_secret) || convert_to('thread:' || seen.id, 'UTF8'));
    return;
  end if;
  insert into ticket_message (ticket_id, person_id, text) values (seen.id, seen.person_id, words);
  update ticket t set state = 'open', address_proven = t.address_proven or by_link, updated_at = clock_timestamp(),
                      expires = clock_timestamp() + interval '2 years'
   where t.id = seen.id;
  outcome := 'sent';
end $$;
