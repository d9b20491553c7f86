-- Registers a passkey that answered begin_approval_key(): the account's first counts at once, a further one as soon as one of
-- those there has signed that it may (draft_approval, sign_approval; within an hour). Answers 'added', 'sign', or why not:
-- 'stale' (no such challenge of theirs), 'known' (it is there already), 'many' (ten are enough), 'not-yours'.
create or replace function djms.add_approval_key(
  in_account uuid, new_key uuid, answered bytea, called text, credential_id bytea, public_key bytea, spki bytea,
  sealed bytea, verifier bytea, count bigint) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  is_first boolean;
begin
  if not administers(me, in_account) then
    return 'not-yours';
  end if;
  delete from approval_statement s
   where s.account_id = in_account and s.digest = answered and s.about = 'challenge' and s.person_id = me
     and s.expires > clock_timestamp();
  if not found then
    return 'stale';
  elsif (select pg_catalog.count(*) from approval_key k where k.account_id = in_account and k.ends_at is null) >= 10 then
    return 'many';
  end if;
  is_first := not needs_signature(in_account);
  insert into approval_key
         (account_id, id, credential_id, public_key, spki, name, sealed, verifier, sign_count, added_by, admitted_at, expires)
  values (in_account, new_key, add_approval_key.credential_id, add_approval_key.public_key, add_approval_key.spki,
          left(called, 60), add_approval_key.sealed, add_approval_key.verifier, coalesce(add_approval_key.count, 0), me,
          case when is_first then clock_timestamp() end,
          case when not is_first then clock_timestamp() + interval '1 hour' end)
  on conflict do nothing;
  return case when not found then 'known' when is_first then 'added' else 'sign' end;
end $$;
