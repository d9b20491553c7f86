-- How many questions wait for an answer, and for how long the oldest does; for the check that they get one.
create or replace function djms.questions_waiting(out waiting bigint, out longest interval)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select count(*), coalesce(max(clock_timestamp() - t.updated_at), interval '0') into waiting, longest
    from ticket t where t.state = 'open';
end $$;
