-- What some items of an account are now: folders are what lies in them, and what is in the trash is left out. Up to 10,001.
create or replace function djms.covered_items(in_account uuid, chosen uuid[]) returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return array(
    with recursive inside as (
      select i.id, i.kind from item i
       where i.account_id = in_account and i.id = any (chosen) and i.trashed_with is null
      union
      select i.id, i.kind from inside f join item i
          on i.account_id = in_account and i.parent_id = f.id and i.trashed_with is null
       where f.kind = 'folder')
    select id from inside where kind <> 'folder' limit 10001);
end $$;
