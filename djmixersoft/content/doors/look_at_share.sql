-- What the holder of a link is told before it opens: 'open', 'password', 'expired', 'revoked' or 'unknown'; for
-- 'password' how it is hashed (RFC 9106). After ten tries in 15 minutes: how many seconds to wait, and no salt.
create or replace function djms.look_at_share(
  token text, counted boolean, out state text, out root uuid, out wait_seconds integer, out salt bytea,
  out memory_kib integer, out passes integer, out lanes integer)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_share share;
  secret share_secret;
begin
  wait_seconds := 0;
  select x.* into secret from share_secret x where x.token_hash = sha256(convert_to(look_at_share.token, 'UTF8'));
  select s.* into found_share from share s where s.account_id = secret.account_id and s.id = secret.share_id;
  state := case when found_share.id is null then 'unknown' when found_share.revoked_at is not null then 'revoked'
                when found_share.expires <= clock_timestamp() then 'expired'
                when secret.verifier is not null then 'password' else 'open' end;
  if state = 'open' then
    root := found_share.item_id;
  elsif state = 'password' then
    if counted and count_try('share', found_share.id::text, interval '15 minutes') > 10 then
      wait_seconds := 15 * 60;
      return;
    end if;
    salt := secret.salt;
    memory_kib := secret.memory_kib;
    passes := secret.passes;
    lanes := secret.lanes;
  end if;
end $$;
