-- An Administrator says that they have seen of which access they were told; then nobody is reminded any more. Answers 'done'
-- or 'not-yours'.
create or replace function djms.acknowledge_notice(in_account uuid, notice uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  if not administers(me, in_account)
     or not exists (select from access_notice n where n.account_id = in_account and n.id = notice and is_told(n.process_id)) then
    return 'not-yours';
  end if;
  update access_notice n set acknowledged_at = clock_timestamp(), acknowledged_by = me
   where n.account_id = in_account and n.id = notice and n.acknowledged_at is null;
  return 'done';
end $$;
