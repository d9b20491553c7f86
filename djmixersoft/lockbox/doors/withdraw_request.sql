-- Whoever asked for access takes that back, while nobody has answered. Answers 'done' or 'decided'.
create or replace function djms.withdraw_request(in_account uuid, request uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  update access_request r set state = 'withdrawn', decided_at = clock_timestamp()
   where r.account_id = in_account and r.id = request and r.staff_id = current_staff('')
     and r.state in ('pending', 'asked');
  return case when found then 'done' else 'decided' end;
end $$;
