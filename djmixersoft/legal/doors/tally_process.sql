-- Counts legal processes as they are confirmed, and disclosures under them as they are finished; told of or silent, alike.
create or replace function djms.tally_process() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_table_name = 'legal_process' then
    if old.confirmed_at is null and new.confirmed_at is not null then
      perform count_access('process', new.confirmed_at);
    end if;
  elsif old.ended_at is null and new.ended_at is not null then
    perform count_access('disclosed', new.ended_at);
  end if;
  return null;
end $$;
