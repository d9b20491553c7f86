-- Invites an address to an account that the signed-in person administers; good for one use within 7 days. The link is
-- made here and goes out by mail only. Answers 'sent', 'member' or 'many': 100 are open, or 5 to this address, or 5 went
-- to it within an hour from whatever account, withdrawn ones too.
create or replace function djms.invite(into_account uuid, address text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_member();
  token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  open_ones integer;
  to_address integer;
begin
  perform may_write();
  if not (into_account = any (administered_accounts())) then
    raise exception 'not an Administrator of this account' using errcode = '42501';
  end if;
  if exists (select from membership m join person p on p.id = m.person_id
              where m.account_id = into_account and p.email = address) then
    return 'member';
  end if;
  select count(*), count(*) filter (where email = address) into open_ones, to_address from invitation
   where account_id = into_account and used_at is null and withdrawn_at is null and expires > clock_timestamp();
  if open_ones >= 100 or to_address >= 5 or count_try('invite', address, interval '1 hour') > 5 then
    return 'many';
  end if;
  insert into invitation (account_id, email, token_hash, invited_by, expires)
  values (into_account, address, sha256(convert_to(token, 'UTF8')), me, clock_timestamp() + interval '7 days');
  insert into mail_message (template, recipient, secret, context)
  select 'invitation', address, token, jsonb_build_object('account', a.name, 'inviter', p.email)
    from account a, person p where a.id = into_account and p.id = me;
  return 'sent';
end $$;
