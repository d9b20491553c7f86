-- In how many seconds the tries that count_try() counted of a kind for an address are forgotten; at least 1.
create or replace function djms.try_ends(kind text, address text) returns integer
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return (select greatest(1, ceil(extract(epoch from t.expires - clock_timestamp())))::integer from sign_in_try t
           where t.email_hash = sha256((select value from door_secret)
                                       || convert_to(try_ends.kind || ':' || try_ends.address, 'UTF8')));
end $$;
