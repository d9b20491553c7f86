-- Makes a token for a program of the signed-in person's, who proves their password. Good for the days given, a year at
-- most. Answers 'made', 'password' where that is not theirs, 'account' where they don't belong to it, or 'many' where they
-- have 50 already.
create or replace function djms.make_api_token(
  key bytea, new_token_hash bytea, called text, writes boolean, only_account uuid, days integer) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  -- A new password waits for this, and then ends this token too.
  perform from credential c where c.person_id = me and c.verifier = sha256(key) for share;
  if not found then
    return 'password';
  end if;
  delete from sign_in_try where email_hash = (
    select sha256((select value from door_secret) || convert_to('password:' || p.email, 'UTF8'))
      from person p where p.id = me);
  if only_account is not null
     and not exists (select from membership m where m.account_id = only_account and m.person_id = me) then
    return 'account';
  end if;
  if (select count(*) from api_token t where t.person_id = me) >= 50 then
    return 'many';
  end if;
  insert into api_token (token_hash, person_id, name, may_write, account_id, expires)
  values (new_token_hash, me, left(called, 100), writes, only_account,
          clock_timestamp() + make_interval(days => greatest(1, least(days, 366))));
  return 'made';
end $$;
