-- Keeps what a passkey is to sign next in this session, in place of what it was to sign before.
create or replace function djms.staff_challenge(new_challenge bytea) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  mine constant uuid := (select h.session from staff_session_holder() h);
begin
  update staff_session set challenge = new_challenge, challenge_at = clock_timestamp() where id = mine;
end $$;
