-- Another one-time link for somebody who lost their password or their factors: both are forgotten, and every session of
-- theirs ends, as with end_staff(). Whether there is anybody with the address.
create or replace function djms.renew_staff(address text, link_hash bytea) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off set lock_timeout = 1000 as $$
declare
  known uuid;
  held text[];
begin
  for attempt in 1..3 loop
    begin
      held := desk_transactions();
      select m.id into known from staff m where m.email = address for no key update;
      if known is null then
        return false;
      end if;
      delete from staff_session where staff_id = known;
      delete from staff_factor where staff_id = known;
      delete from staff_credential where staff_id = known;
      delete from staff_link where staff_id = known;
      insert into staff_link (token_hash, staff_id, expires)
      values (link_hash, known, clock_timestamp() + interval '1 day');
      return true;
    exception when lock_not_available then
      if attempt = 3 then
        raise;
      end if;
      perform end_desk_transactions(held);
    end;
  end loop;
end $$;
