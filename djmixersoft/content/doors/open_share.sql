-- Opens a link for an hour for whoever shows the key that its password hashes to. Only here are openings made, and keys
-- that were shown are counted too, so that who asked for the salt once can't guess on by themselves. Answers 'open',
-- 'wrong' or, after ten in 15 minutes, 'many'.
create or replace function djms.open_share(token text, key bytea, opening_hash bytea) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  seen share;
  wanted bytea;
begin
  select s.* into seen from share_secret x join share s on s.account_id = x.account_id and s.id = x.share_id
   where x.token_hash = sha256(convert_to(nullif(open_share.token, ''), 'UTF8')) and x.verifier is not null
     and s.revoked_at is null and s.expires > clock_timestamp();
  if seen.id is null then
    return 'wrong';
  elsif count_try('share-key', seen.id::text, interval '15 minutes') > 10 then
    return 'many';
  end if;
  select x.verifier into wanted from share_secret x where x.account_id = seen.account_id and x.share_id = seen.id;
  if wanted is distinct from sha256(open_share.key) then
    return 'wrong';
  end if;
  delete from sign_in_try
   where email_hash in (sha256((select value from door_secret) || convert_to('share:' || seen.id, 'UTF8')),
                        sha256((select value from door_secret) || convert_to('share-key:' || seen.id, 'UTF8')));
  insert into share_opening (token_hash, account_id, share_id, expires)
  values (opening_hash, seen.account_id, seen.id, clock_timestamp() + interval '1 hour');
  return 'open';
end $$;
