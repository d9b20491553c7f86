-- Counts a try of somebody's second factor; after ten in 15 minutes, how many seconds to wait, else 0.
create or replace function djms.count_factor_try() returns integer
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := (select h.staff from staff_session_holder() h);
  seconds integer := 0;
begin
  if count_try('desk-factor', me::text, interval '15 minutes') > 10 then
    select greatest(1, ceil(extract(epoch from t.expires - clock_timestamp())))::integer into seconds from sign_in_try t
     where t.email_hash = sha256((select value from door_secret) || convert_to('desk-factor:' || me::text, 'UTF8'));
  end if;
  return seconds;
end $$;
