-- The second factors of whoever typed their password at the desk, with what it takes to check one: their secrets are
-- sealed with a key that the database hasn't got.
create or replace function djms.my_factors() returns table (
  id uuid, kind text, name text, sealed bytea, credential_id bytea, public_key bytea, sign_count bigint,
  last_step bigint, created_at timestamptz)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := (select h.staff from staff_session_holder() h);
begin
  return query select f.id, f.kind, f.name, f.sealed, f.credential_id, f.public_key, f.sign_count, f.last_step,
                      f.created_at
                 from staff_factor f where f.staff_id = me order by f.created_at, f.id;
end $$;
