-- Why a legal process gives no access to some items of an account, or null where it does: 'unknown', 'unconfirmed', 'ended', or
-- 'scope' where one of them isn't among those that it names. From here to the end of the transaction nobody changes it.
create or replace function djms.uncovered(in_account uuid, of_process uuid, wanted uuid[]) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_one legal_process;
begin
  select * into found_one from legal_process p where p.account_id = in_account and p.id = of_process for share;
  return case when found_one.id is null then 'unknown' when found_one.confirmed_at is null then 'unconfirmed'
              when found_one.ended_at is not null then 'ended'
              when not found_one.whole_account and not wanted <@ array(
                select i.item_id from legal_item i where i.account_id = in_account and i.process_id = of_process)
              then 'scope' end;
end $$;
