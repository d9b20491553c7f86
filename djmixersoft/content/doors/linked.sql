-- What the holder of a link may see, within linked_account(): the ids of the shared item and of what lies in it now, but
-- for what is in the trash. Raises as held_share() does.
create or replace function djms.linked() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  held constant record := held_share();
begin
  return array(
    with recursive inside as (
      select i.id from item i where i.account_id = held.account and i.id = held.item and i.trashed_with is null
      union
      select i.id from item i join inside on i.parent_id = inside.id
       where i.account_id = held.account and i.trashed_with is null)
    select id from inside);
end $$;
