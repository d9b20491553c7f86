-- Whether somebody shows the key that their password hashes to, for the doors that ask; a new password waits for the end of this.
create or replace function djms.shows_password(who uuid, key bytea) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform from credential c where c.person_id = who and c.verifier = sha256(key) for share;
  if not found then
    return false;
  end if;
  delete from sign_in_try where email_hash = (
    select sha256((select value from door_secret) || convert_to('password:' || p.email, 'UTF8'))
      from person p where p.id = who);
  return true;
end $$;
