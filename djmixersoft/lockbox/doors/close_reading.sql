-- Whoever unlocked an item is done with it. Answers 'done', or 'over' where it was closed already.
create or replace function djms.close_reading(reading uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  update reading r set closed_at = clock_timestamp()
   where r.id = close_reading.reading and r.staff_id = current_staff('') and r.closed_at is null;
  return case when found then 'done' else 'over' end;
end $$;
