-- Notes what a link was used for, by whoever holds it: 'looked', 'played' or 'taken'. The account's members see it.
create or replace function djms.note_share_use(used_item uuid, used_for text) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  given constant bytea := sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'));
begin
  if not (used_item = any (linked())) or used_for not in ('looked', 'played', 'taken') then
    raise exception 'not by this link' using errcode = '42501';
  end if;
  insert into share_use (account_id, share_id, item_id, what)
  select account_id, share_id, used_item, used_for from share_secret where token_hash = given
  union all
  select account_id, share_id, used_item, used_for from share_opening where token_hash = given;
end $$;
