-- Sends the question whose mailed link was opened, if it still waited for that; whether it did.
create or replace function djms.confirm_ticket() returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  update ticket set state = 'open', address_proven = true, updated_at = clock_timestamp(),
                    expires = clock_timestamp() + interval '2 years'
   where id = held_ticket() and state = 'unconfirmed';
  return found;
end $$;
