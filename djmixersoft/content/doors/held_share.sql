-- The link that the given token opens: its own secret, or what open_share() gave for its password. An unknown, expired or
-- revoked one is refused (SQLSTATE 42501), and so is one whose password was not given.
create or replace function djms.held_share(out account uuid, out id uuid, out item uuid)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  given constant bytea := sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'));
  held share;
begin
  select s.* into held from share s join share_secret x on x.account_id = s.account_id and x.share_id = s.id
   where x.token_hash = given and x.verifier is null;
  if held.id is null then
    select s.* into held from share_opening o join share s on s.account_id = o.account_id and s.id = o.share_id
     where o.token_hash = given and o.expires > clock_timestamp();
  end if;
  if held.id is null or held.revoked_at is not null or held.expires <= clock_timestamp() then
    raise exception 'no such link' using errcode = '42501';
  end if;
  account := held.account_id;
  id := held.id;
  item := held.item_id;
end $$;
