-- Another of those who handle legal processes confirms one that was recorded: from here on it gives access to what it covers.
-- Answers 'done', or why not: 'unknown', 'decided' (confirmed or ended already), 'same' (it was recorded by whoever asks).
create or replace function djms.confirm_process(process uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('legal');
  found_one legal_process;
begin
  select * into found_one from legal_process p where p.id = process for update;
  if found_one.id is null then
    return 'unknown';
  elsif found_one.confirmed_at is not null or found_one.ended_at is not null then
    return 'decided';
  elsif found_one.recorded_by = me then
    return 'same';
  end if;
  update legal_process p
     set confirmed_by = me, confirmer = (select s.pseudonym from staff s where s.id = me), confirmed_at = clock_timestamp()
   where p.account_id = found_one.account_id and p.id = process;
  return 'done';
end $$;
