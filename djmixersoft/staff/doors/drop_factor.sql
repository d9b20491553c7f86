-- Drops a second factor of whoever showed one within the last 5 minutes; never the last. Whether it was dropped.
create or replace function djms.drop_factor(factor uuid) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('');
begin
  perform from staff m where m.id = me for no key update;
  delete from staff_factor f where f.id = factor and f.staff_id = me
     and exists (select from staff_factor o where o.staff_id = me and o.id <> factor);
  return found;
end $$;
