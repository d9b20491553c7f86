-- One of those who handle legal processes ends one, confirmed or not: whatever is open under it is closed, and cut off. One is
-- enough for that. Answers 'done', 'unknown' or 'decided' (ended already).
create or replace function djms.end_process(process uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
  found_one legal_process;
begin
  select * into found_one from legal_process p where p.id = process for update;
  if found_one.id is null then
    return 'unknown';
  elsif found_one.ended_at is not null then
    return 'decided';
  end if;
  update legal_process p
     set ended_by = me, ender = (select s.pseudonym from staff s where s.id = me), ended_at = clock_timestamp()
   where p.account_id = found_one.account_id and p.id = process;
  update access_grant g set revoked_at = clock_timestamp()
   where g.account_id = found_one.account_id and g.process_id = process and g.revoked_at is null
     and g.ends > clock_timestamp();
  update reading r set closed_at = clock_timestamp()
   where r.account_id = found_one.account_id and r.process_id = process and r.closed_at is null;
  return 'done';
end $$;
