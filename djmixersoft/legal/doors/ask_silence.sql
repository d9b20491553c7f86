-- One of those who handle legal processes notes that a court forbids to tell of one for longer, until a day within a year from
-- now; it counts once another of them confirms it. Answers 'asked', or why not: 'unknown' (no such process that is confirmed),
-- 'told' (it isn't silent, or not any more), 'silence' (not later than it is now, or over a year), 'words' (why: to 2,000
-- characters).
create or replace function djms.ask_silence(process uuid, until_then timestamptz, why text, out outcome text, out new_silence uuid)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('legal');
  found_one legal_process;
begin
  select * into found_one from legal_process p where p.id = process and p.confirmed_at is not null for share;
  outcome := case
    when found_one.id is null then 'unknown'
    when found_one.silent_until is null or found_one.silent_until <= clock_timestamp() then 'told'
    when until_then is null or until_then <= found_one.silent_until
         or until_then > clock_timestamp() + interval '8760 hours' then 'silence'
    when coalesce(btrim(why), '') = '' or length(why) > 2000 then 'words' end;
  if outcome is not null then
    return;
  end if;
  insert into legal_silence (account_id, process_id, until, words, asked_by, asker)
  select found_one.account_id, process, until_then, btrim(why), me, s.pseudonym from staff s where s.id = me
  returning id into new_silence;
  outcome := 'asked';
end $$;
