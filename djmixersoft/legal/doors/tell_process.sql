-- Once the day of a silent legal process has come: puts into its account's log that there was one, with name, size and head of the
-- log that was kept of it meanwhile, so that nothing of that can be changed or left out. What happens from here on is on record
-- in the account's log. Answers 'told', or why not: 'not-yet', 'decided', or 'unsealed' while something in it waits for the
-- sealer.
create or replace function djms.tell_process(process uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  found_one legal_process;
  its_log ledger_log;
begin
  -- Who records something of it holds a share of this row: what comes after this is not in its log any more.
  select * into found_one from legal_process p where p.id = process for update;
  select * into its_log from ledger_log l where l.process_id = process;
  if found_one.id is null or found_one.told_at is not null then
    return 'decided';
  elsif found_one.silent_until is null or found_one.silent_until > clock_timestamp() then
    return 'not-yet';
  elsif exists (select from ledger_waiting w where w.log_id = its_log.id) or its_log.checkpoint is null then
    return 'unsealed';
  end if;
  update legal_process p set told_at = clock_timestamp() where p.account_id = found_one.account_id and p.id = process;
  perform record('system:process:told', a.id, null, jsonb_build_object(
    'by', 'program', 'process', process, 'log', its_log.origin, 'size', its_log.size,
    'head', split_part(convert_from(its_log.checkpoint, 'UTF8'), E'\n', 3)))
     from account a where a.id = found_one.account_id;
  return 'told';
end $$;
