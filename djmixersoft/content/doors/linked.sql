-- What the holder of a link may see: the ids of the shared item and of what lies in it now, and of the account whose key
-- they need. A link with a password opens by what open_share() gave for it. An unknown, expired or revoked one is refused.
create or replace function djms.linked() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  given constant bytea := sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'));
  found_share share;
begin
  select s.* into found_share from share s join share_secret x on x.account_id = s.account_id and x.share_id = s.id
   where x.token_hash = given and x.verifier is null;
  if found_share.id is null then
    select s.* into found_share from share_opening o join share s on s.account_id = o.account_id and s.id = o.share_id
     where o.token_hash = given and o.expires > clock_timestamp();
  end if;
  if found_share.id is null or found_share.revoked_at is not null or found_share.expires <= clock_timestamp() then
    raise exception 'no such link' using errcode = 'DJ004';
  end if;
  return array(
    with recursive inside as (
      select i.id from item i
       where i.account_id = found_share.account_id and i.id = found_share.item_id and i.trashed_with is null
      union all
      select i.id from item i join inside on i.parent_id = inside.id
       where i.account_id = found_share.account_id and i.trashed_with is null)
    select id from inside union all select found_share.account_id where exists (select from inside));
end $$;
