-- The accounts that whoever acts administers; of a program's token as in my_accounts(). Raises as current_member() does.
create or replace function djms.administered_accounts() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_member();
begin
  return array(
    select m.account_id from membership m
     where m.person_id = me and m.is_administrator
       and m.account_id = coalesce((select t.only_account from token_bearer() t), m.account_id));
end $$;
