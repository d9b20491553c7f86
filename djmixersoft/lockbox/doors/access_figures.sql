-- How often what happened about accesses in a year (null: since the beginning), for anybody: in bands, so that no single case
-- can be told from the number of others: 0 to 9, then by tens to 99, by hundreds to 999, and so on. A month counts once 4 days
-- have passed since, when all its requests are answered or expired; of legal processes, a half of a year once it is over.
create or replace function djms.access_figures() returns table (year integer, what text, lowest integer, highest integer)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query
    with counted as (
      select extract(year from t.month)::integer as its_year, t.what as its_what, t.times from access_tally t
       where clock_timestamp() >= case
               when t.what in ('process', 'disclosed') then (t.month + interval '6 months') at time zone 'UTC'
               else (t.month + interval '1 month 4 days') at time zone 'UTC' end
    ), with_expired as (
      select its_year, its_what, times from counted
      union all
      select its_year, 'expired',
             case its_what when 'asked' then times else -times end from counted
       where its_what in ('asked', 'approved', 'denied', 'withdrawn')
    ), summed as (
      select its_year, its_what, sum(times)::integer as n from with_expired
       group by grouping sets ((its_year, its_what), (its_what))
    ), wide as (
      select s.*, case when n < 100 then 10 else (10 ^ (length(n::text) - 1))::integer end as width from summed s
    )
    select its_year, its_what, greatest(n, 0) / width * width, (greatest(n, 0) / width + 1) * width - 1 from wide;
end $$;
