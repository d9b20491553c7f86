-- Everybody who works here or did, for whoever holds the machine: roles, and how they can sign in.
create or replace function djms.staff_roster() returns table (
  pseudonym text, email text, roles text[], factors text[], is_invited boolean, created_at timestamptz,
  ended_at timestamptz)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query
    select m.pseudonym, m.email, array(select r.role from staff_role r where r.staff_id = m.id order by r.role),
           array(select f.kind from staff_factor f where f.staff_id = m.id order by f.created_at),
           exists (select from staff_link l where l.staff_id = m.id and l.expires > clock_timestamp()),
           m.created_at, m.ended_at
      from staff m order by m.ended_at nulls first, m.created_at;
end $$;
