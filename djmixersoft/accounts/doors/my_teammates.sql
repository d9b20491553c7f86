-- The people with whom whoever acts shares an account, themselves included; of a program's token for one account only those
-- in that. Raises as current_member() does.
create or replace function djms.my_teammates() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_member();
begin
  -- Whoever shares several accounts is there several times: sorting them out took more time than all the rest.
  return me || array(
    select theirs.person_id from membership mine join membership theirs using (account_id)
     where mine.person_id = me
       and mine.account_id = coalesce((select t.only_account from token_bearer() t), mine.account_id));
end $$;
