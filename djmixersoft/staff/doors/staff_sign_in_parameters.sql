-- How to hash the password that goes with an address at the desk; as sign_in_parameters() for the site's people, with
-- counts and salts of its own.
create or replace function djms.staff_sign_in_parameters(
  address text, out wait_seconds integer, out salt bytea, out memory_kib integer, out passes integer, out lanes integer)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  limit_of_tries constant integer := 10;
begin
  wait_seconds := 0;
  if count_try('desk', address, interval '15 minutes') > limit_of_tries then
    select greatest(1, ceil(extract(epoch from t.expires - clock_timestamp())))::integer into wait_seconds
      from sign_in_try t
     where t.email_hash = sha256((select value from door_secret) || convert_to('desk:' || address, 'UTF8'));
    return;
  end if;
  select c.salt, c.memory_kib, c.passes, c.lanes into salt, memory_kib, passes, lanes
    from staff m join staff_credential c on c.staff_id = m.id where m.email = address;
  if salt is null then
    salt := substr(sha256((select value from door_secret) || convert_to('desk-salt:' || address, 'UTF8')), 1, 16);
    memory_kib := 19456;
    passes := 2;
    lanes := 1;
  end if;
end $$;
