-- Which items stand before and after one in its folder's list, of those whose media type begins alike (`family`), for
-- whoever acts in their account. `sort`: 'name', 'added', 'size' or 'kind' upwards, as selectors/tree.py lists by; of a
-- thousand neighbours on each side that aren't of the family nothing behind is looked for. Nothing for a folder, for what
-- is in the trash, and for another account. Raises as my_accounts() does.
--
-- A door, because under a row policy no index can be entered at lower(name), which PostgreSQL doesn't call leakproof: the
-- whole folder would be read. Planned for the values that it is called with, each CASE and OR is down to one index.
create or replace function djms.neighbours(
    asked_account uuid, asked uuid, sort text, family text, out before uuid, out after uuid)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off
set plan_cache_mode = force_custom_plan as $$
declare
  here item;
begin
  if not coalesce(asked_account = any (my_accounts()), false) then
    return;
  end if;
  select i.* into here from item i
   where i.account_id = asked_account and i.id = asked and i.trashed_with is null and i.kind <> 'folder';
  select near.id into before from (
    select i.id, i.media_type from item i
     where i.account_id = here.account_id and i.trashed_with is null and (i.kind = 'folder') is false
       and (i.parent_id = here.parent_id or (here.parent_id is null and i.parent_id is null))
       and case sort
             when 'name' then (lower(i.name), uuid_send(i.id)) < (lower(here.name), uuid_send(here.id))
             when 'added' then (i.added_at, uuid_send(i.id)) < (here.added_at, uuid_send(here.id))
             when 'size' then (i.size, uuid_send(i.id)) < (here.size, uuid_send(here.id))
             when 'kind' then (i.media_type, lower(i.name), uuid_send(i.id))
                            < (here.media_type, lower(here.name), uuid_send(here.id))
           end
     order by i.parent_id desc, case sort when 'added' then i.added_at end desc, case sort when 'size' then i.size end desc,
              case sort when 'kind' then i.media_type end desc,
              case when sort in ('name', 'kind') then lower(i.name) end desc, uuid_send(i.id) desc
     limit 1000) near
   where starts_with(near.media_type, family) limit 1;
  select near.id into after from (
    select i.id, i.media_type from item i
     where i.account_id = here.account_id and i.trashed_with is null and (i.kind = 'folder') is false
       and (i.parent_id = here.parent_id or (here.parent_id is null and i.parent_id is null))
       and case sort
             when 'name' then (lower(i.name), uuid_send(i.id)) > (lower(here.name), uuid_send(here.id))
             when 'added' then (i.added_at, uuid_send(i.id)) > (here.added_at, uuid_send(here.id))
             when 'size' then (i.size, uuid_send(i.id)) > (here.size, uuid_send(here.id))
             when 'kind' then (i.media_type, lower(i.name), uuid_send(i.id))
                            > (here.media_type, lower(here.name), uuid_send(here.id))
           end
     order by i.parent_id, case sort when 'added' then i.added_at end, case sort when 'size' then i.size end,
              case sort when 'kind' then i.media_type end,
              case when sort in ('name', 'kind') then lower(i.name) end, uuid_send(i.id)
     limit 1000) near
   where starts_with(near.media_type, family) limit 1;
end $$;
