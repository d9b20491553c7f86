-- A session is proven from now on, for the doors to which a second factor was shown; and the tries of it are forgotten.
create or replace function djms.prove_session(me uuid, mine uuid) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  update session s
     set proven_at = clock_timestamp(),
         expires = clock_timestamp() + case when s.stays then interval '30 days' else interval '12 hours' end
   where s.id = mine and s.person_id = me and s.proven_at is null;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('factor:' || me::text, 'UTF8'));
  return exists (select from session s where s.id = mine and s.proven_at is not null);
end $$;
