-- The accounts the signed-in person administers. Raises as current_person() does.
create or replace function djms.administered_accounts() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  return array(select account_id from membership where person_id = me and is_administrator);
end $$;
