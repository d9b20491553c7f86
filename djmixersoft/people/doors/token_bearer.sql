-- Whose program shows the given token, and the one account it is good for, if it was made for one; nothing where no
-- program shows any. A token comes by a setting of its own (djms.bearer), so that none passes for a browser's secret. One
-- that may only read is refused (SQLSTATE DJ005) but in a transaction that is read only.
create or replace function djms.token_bearer(out bearer uuid, out only_account uuid, out writes boolean)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select t.person_id, t.account_id, t.may_write into bearer, only_account, writes from api_token t
   where t.token_hash = sha256(convert_to(nullif(current_setting('djms.bearer', true), ''), 'UTF8'))
     and t.expires > clock_timestamp();
  if not writes and current_setting('transaction_read_only') = 'off' then
    raise exception 'this token may only read' using errcode = 'DJ005';
  end if;
end $$;
