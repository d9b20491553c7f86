-- Opens a link for an hour for whoever shows the key that its password hashes to; false for any other. Only here are
-- openings made.
create or replace function djms.open_share(token text, key bytea, opening_hash bytea) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_share share;
begin
  select s.* into found_share from share_secret x join share s on s.account_id = x.account_id and s.id = x.share_id
   where x.token_hash = sha256(convert_to(open_share.token, 'UTF8')) and x.verifier = sha256(key)
     and s.revoked_at is null and s.expires > clock_timestamp();
  if found_share.id is null then
    return false;
  end if;
  insert into share_opening (token_hash, account_id, share_id, expires)
  values (opening_hash, found_share.account_id, found_share.id, clock_timestamp() + interval '1 hour');
  return true;
end $$;
