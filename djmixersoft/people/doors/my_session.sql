-- What whoever typed their password sees of how far this session has got, and what a passkey is to sign next.
create or replace function djms.my_session(
  out person uuid, out session uuid, out email text, out proven boolean, out challenge bytea, out codes integer)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select h.person, h.session into person, session from session_holder() h;
  select p.email, s.proven_at is not null,
         case when s.challenge_at > clock_timestamp() - interval '10 minutes' then s.challenge end,
         (select count(*) from recovery_code r where r.person_id = p.id)
    into email, proven, challenge, codes
    from person p join session s on s.person_id = p.id where s.id = my_session.session;
end $$;
