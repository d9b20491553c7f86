-- Makes the signed-in holder of an invitation's link a member. Answers 'joined', 'member' (they were one already, and the
-- invitation stays open), or the state that an unusable invitation is in, as one is whose inviter left or was removed: else
-- they could come back by themselves. A program's token for one account joins none.
create or replace function djms.accept_invitation(token text, out outcome text, out joined_account uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_member();
  invited invitation;
begin
  perform may_write();
  if (select t.only_account from token_bearer() t) is not null then
    raise exception 'this token is for one account' using errcode = '42501';
  end if;
  select * into invited from invitation i where i.token_hash = sha256(convert_to(token, 'UTF8')) for update;
  outcome := case when invited.id is null then 'unknown' when invited.used_at is not null then 'used'
                  when invited.withdrawn_at is not null or not exists (
                  select from membership m
                   where m.account_id = invited.account_id and m.person_id = invited.invited_by) then 'withdrawn'
                  when invited.expires < clock_timestamp() then 'expired' end;
  if outcome is not null then
    return;
  end if;
  joined_account := invited.account_id;
  insert into membership (account_id, person_id) values (joined_account, me) on conflict do nothing;
  if not found then
    outcome := 'member';
    return;
  end if;
  update invitation set used_at = clock_timestamp() where id = invited.id and account_id = invited.account_id;
  outcome := 'joined';
end $$;
