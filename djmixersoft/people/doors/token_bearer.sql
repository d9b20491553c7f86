-- Whose program holds the given token, and the one account it is good for, if it was made for one. Only for teamwork, and
-- without the right to write only in a transaction that is read only, which no statement in it can undo.
create or replace function djms.token_bearer(out bearer uuid, out only_account uuid)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select t.person_id, t.account_id into bearer, only_account from api_token t
   where t.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and t.expires > clock_timestamp()
     and current_setting('role') = 'p_teamwork'
     and (t.may_write or current_setting('transaction_read_only') = 'on');
end $$;
