-- Keeps what a passkey is to sign next in this session, in place of what it was to sign before.
create or replace function djms.session_challenge(new_challenge bytea) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  mine constant uuid := (select h.session from session_holder() h);
begin
  update session set challenge = new_challenge, challenge_at = clock_timestamp() where id = mine;
end $$;
