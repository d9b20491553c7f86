-- The account in which the holder of a link may see something; none where what was shared is in the trash. The ids of items
-- are their account's own, so that this belongs to each condition. Raises as held_share() does.
create or replace function djms.linked_account() returns uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  held constant record := held_share();
begin
  return (select i.account_id from item i
           where i.account_id = held.account and i.id = held.item and i.trashed_with is null);
end $$;
