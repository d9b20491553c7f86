-- Forgets Content that has run its course: what was 30 days in the trash, uploads that nobody continued, links 30 days
-- after their end and what they were used for, and an hour after what somebody did how to take it back. Says how many
-- rows went; shows none.
create or replace function djms.forget_content(many integer) returns integer
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  gone integer;
  all_gone integer := 0;
begin
  delete from item where ctid = any (array(
    select ctid from item where trashed_at < clock_timestamp() - interval '30 days' limit many));
  get diagnostics gone = row_count;
  all_gone := all_gone + gone;
  delete from upload where ctid = any (array(select ctid from upload where expires < clock_timestamp() limit many));
  get diagnostics gone = row_count;
  all_gone := all_gone + gone;
  delete from share where ctid = any (array(
    select ctid from share where expires < clock_timestamp() - interval '30 days' limit many));
  get diagnostics gone = row_count;
  all_gone := all_gone + gone;
  delete from share_opening where ctid = any (array(
    select ctid from share_opening where expires < clock_timestamp() limit many));
  get diagnostics gone = row_count;
  all_gone := all_gone + gone;
  delete from item_undo where ctid = any (array(
    select ctid from item_undo where done_at < clock_timestamp() - interval '1 hour' limit many));
  get diagnostics gone = row_count;
  all_gone := all_gone + gone;
  return all_gone;
end $$;
