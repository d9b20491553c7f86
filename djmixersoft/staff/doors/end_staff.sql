-- Somebody works here no more: their sessions end with this, and all is forgotten but the pseudonym, which stands in
-- customers' records, and when they came and went. Whether there was anybody with the address. No transaction that they
-- leave open keeps it waiting for more than moments: it is ended.
create or replace function djms.end_staff(address text) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off set lock_timeout = 1000 as $$
declare
  gone uuid;
  held text[];
begin
  for attempt in 1..3 loop
    begin
      held := desk_transactions();
      update staff set ended_at = clock_timestamp(), email = null where email = address returning id into gone;
      if gone is null then
        return false;
      end if;
      delete from staff_session where staff_id = gone;
      delete from staff_factor where staff_id = gone;
      delete from staff_credential where staff_id = gone;
      delete from staff_link where staff_id = gone;
      delete from staff_role where staff_id = gone;
      return true;
    exception when lock_not_available then
      if attempt = 3 then
        raise;
      end if;
      perform end_desk_transactions(held);
    end;
  end loop;
end $$;
