-- How to hash the password that goes with an address (RFC 9106: Argon2id). An unknown address gets a salt of its own, the
-- same at each try, so that the answer tells nobody who is registered. After ten tries in 15 minutes: how many seconds
-- to wait, and no salt, so that nothing gets hashed.
create or replace function djms.sign_in_parameters(
  address text, out wait_seconds integer, out salt bytea, out memory_kib integer, out passes integer, out lanes integer)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  limit_of_tries constant integer := 10;
begin
  wait_seconds := 0;
  if count_try('password', address, interval '15 minutes') > limit_of_tries then
    select greatest(1, ceil(extract(epoch from t.expires - clock_timestamp())))::integer into wait_seconds
      from sign_in_try t
     where t.email_hash = sha256((select value from door_secret) || convert_to('password:' || address, 'UTF8'));
    return;
  end if;
  select c.salt, c.memory_kib, c.passes, c.lanes into salt, memory_kib, passes, lanes
    from person p join credential c on c.person_id = p.id where p.email = address;
  if salt is null then
    salt := substr(sha256((select value from door_secret) || convert_to('salt:' || address, 'UTF8')), 1, 16);
    memory_kib := 19456;
    passes := 2;
    lanes := 1;
  end if;
end $$;
