-- What the holder of a link, or of what open_share() gave for one, is told before they see anything. `state` is 'open'
-- (then which item of which account), 'password' (then how that is hashed, RFC 9106), 'over' (the hour is), 'expired',
-- 'revoked', 'gone' (what was shared is in the trash) or 'unknown'. `trying`: somebody gave a password, which is counted;
-- after ten in 15 minutes: how many seconds to wait, and no salt, so that nothing gets hashed.
create or replace function djms.look_at_share(
  token text, trying boolean, out state text, out account uuid, out root uuid, out wait_seconds integer,
  out salt bytea, out memory_kib integer, out passes integer, out lanes integer)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  given constant bytea := sha256(convert_to(nullif(look_at_share.token, ''), 'UTF8'));
  seen share;
  secret share_secret;
  opening share_opening;
begin
  wait_seconds := 0;
  select x.* into secret from share_secret x where x.token_hash = given;
  select o.* into opening from share_opening o where o.token_hash = given;
  select s.* into seen from share s
   where s.account_id = coalesce(secret.account_id, opening.account_id)
     and s.id = coalesce(secret.share_id, opening.share_id);
  state := case when seen.id is null then 'unknown' when seen.revoked_at is not null then 'revoked'
                when seen.expires <= clock_timestamp() then 'expired'
                when opening.expires <= clock_timestamp() then 'over'
                when secret.verifier is not null then 'password' else 'open' end;
  if state = 'open' then
    select i.account_id, i.id into account, root from item i
     where i.account_id = seen.account_id and i.id = seen.item_id and i.trashed_with is null;
    state := case when root is null then 'gone' else 'open' end;
  elsif state = 'password' then
    if trying and count_try('share', seen.id::text, interval '15 minutes') > 10 then
      select greatest(1, ceil(extract(epoch from t.expires - clock_timestamp())))::integer into wait_seconds
        from sign_in_try t
       where t.email_hash = sha256((select value from door_secret) || convert_to('share:' || seen.id, 'UTF8'));
      return;
    end if;
    salt := secret.salt;
    memory_kib := secret.memory_kib;
    passes := secret.passes;
    lanes := secret.lanes;
  end if;
end $$;
