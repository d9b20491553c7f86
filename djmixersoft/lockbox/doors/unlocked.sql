-- The one item that is unlocked for whoever acts, by the reading that is named. Raises as open_reading() does.
create or replace function djms.unlocked(out account uuid, out item uuid)
language plpgsql volatile security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select o.account, o.item into account, item from open_reading() o;
end $$;
