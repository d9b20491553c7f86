-- Starts an account, administered by the signed-in person.
create or replace function djms.create_account(new_name text) returns uuid
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  new_account uuid;
begin
  insert into account (name) values (new_name) returning id into new_account;
  insert into membership (account_id, person_id, is_administrator) values (new_account, me, true);
  return new_account;
end $$;
