-- Counts something about accesses in its month; of legal processes, in its half of the year. Whose it was isn't kept.
create or replace function djms.count_access(counted text, at timestamptz) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  its_month constant date := date_trunc('month', at at time zone 'UTC');
  half constant date := its_month - make_interval(months => (extract(month from its_month)::integer - 1) % 6);
begin
  insert into access_tally as so_far (month, what, times)
  values (case when counted in ('process', 'disclosed') then half else its_month end, counted, 1)
  on conflict (month, what) do update set times = so_far.times + 1;
end $$;
