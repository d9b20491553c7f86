-- What whoever typed their password at the desk sees of themselves, and how far this session has got; notes that it was
-- used. `confirmed`: a second factor was shown within the last 5 minutes.
create or replace function djms.my_staff_session(
  out staff uuid, out session uuid, out pseudonym text, out email text, out roles text[], out enrols boolean,
  out proven boolean, out confirmed boolean, out expires timestamptz, out challenge bytea)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select h.staff, h.session into staff, session from staff_session_holder() h;
  update staff_session s set seen_at = clock_timestamp()
   where s.id = my_staff_session.session and s.seen_at < clock_timestamp() - interval '1 minute';
  select m.pseudonym, m.email, array(select r.role from staff_role r where r.staff_id = m.id order by r.role), s.enrols,
         s.proven_at is not null, coalesce(s.confirmed_at > clock_timestamp() - interval '5 minutes', false), s.expires,
         case when s.challenge_at > clock_timestamp() - interval '10 minutes' then s.challenge end
    into pseudonym, email, roles, enrols, proven, confirmed, expires, challenge
    from staff m join staff_session s on s.staff_id = m.id where s.id = my_staff_session.session;
end $$;
