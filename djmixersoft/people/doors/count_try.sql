-- Counts one more try of a kind for an address, in a window that starts with its first; the count so far, this one
-- included. The address is kept only as a keyed hash. The upsert's row lock makes simultaneous tries count one by one.
create or replace function djms.count_try(kind text, address text, period interval) returns integer
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  counted integer;
begin
  insert into sign_in_try as seen (email_hash, tries, expires)
  values (sha256((select value from door_secret) || convert_to(kind || ':' || address, 'UTF8')), 1,
          clock_timestamp() + period)
  on conflict (email_hash) do update set
    tries = case when seen.expires < clock_timestamp() then 1 else seen.tries + 1 end,
    expires = case when seen.expires < clock_timestamp() then excluded.expires else seen.expires end
  returning tries into counted;
  return counted;
end $$;
