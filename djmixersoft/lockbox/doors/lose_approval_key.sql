-- An Administrator who shows the key of their own password says that an approval key is lost: it ends in 7 days, unless one of
-- the Administrators, who are all told by mail, keeps it. Answers 'ending', 'password', 'not-yours' or 'nothing' (it ends
-- already, or never counted).
create or replace function djms.lose_approval_key(in_account uuid, lost uuid, password bytea) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  if not administers(me, in_account)
     or not exists (select from approval_key k where k.account_id = in_account and k.id = lost) then
    return 'not-yours';
  end if;
  perform from credential c where c.person_id = me and c.verifier = sha256(password) for share;
  if not found then
    return 'password';
  end if;
  delete from sign_in_try where email_hash = (
    select sha256((select value from door_secret) || convert_to('password:' || p.email, 'UTF8'))
      from person p where p.id = me);
  update approval_key k set ends_at = clock_timestamp() + interval '7 days', ended_by = me
   where k.account_id = in_account and k.id = lost and k.admitted_at is not null and k.ends_at is null;
  if not found then
    return 'nothing';
  end if;
  perform mail_administrators(in_account, 'approval-key-ending', '/access/keys', null);
  return 'ending';
end $$;
