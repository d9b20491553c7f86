-- Whether the holder of a link may see an item of linked_account(): the shared one, or one that lies in it now, neither in
-- the trash. Raises as held_share() does.
create or replace function djms.linked(asked uuid) returns boolean
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  held constant record := held_share();
  above uuid := asked;
begin
  -- From the item up, since what lies in a folder may be very much. No folder lies below more than 100 (keep_items.sql).
  for height in 0..200 loop
    if above = held.item then
      return exists (
        select from item i where i.account_id = held.account and i.id = above and i.trashed_with is null);
    end if;
    select i.parent_id into above from item i
     where i.account_id = held.account and i.id = above and i.trashed_with is null;
    if above is null then
      return false;
    end if;
  end loop;
  return false;
end $$;
