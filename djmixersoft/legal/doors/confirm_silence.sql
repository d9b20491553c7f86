-- Another of those who handle legal processes confirms that one is to be silent for longer; its notices wait for the new day.
-- Answers 'done', or why not: 'unknown', 'decided', 'same' (whoever asked for it), 'told' (its day has come meanwhile), 'silence'
-- (the new day is not later, or by now not within a year).
create or replace function djms.confirm_silence(silence uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := staff_confirmed('legal');
  asked legal_silence;
  found_one legal_process;
begin
  select * into asked from legal_silence s where s.id = silence for update;
  select * into found_one from legal_process p where p.account_id = asked.account_id and p.id = asked.process_id for update;
  if found_one.id is null then
    return 'unknown';
  elsif asked.confirmed_at is not null then
    return 'decided';
  elsif asked.asked_by = me then
    return 'same';
  elsif found_one.silent_until <= clock_timestamp() then
    return 'told';
  elsif asked.until <= found_one.silent_until or asked.until > clock_timestamp() + interval '8760 hours' then
    return 'silence';
  end if;
  update legal_silence s
     set confirmed_by = me, confirmer = (select f.pseudonym from staff f where f.id = me), confirmed_at = clock_timestamp()
   where s.account_id = asked.account_id and s.id = silence;
  update legal_process p set silent_until = asked.until, silent_since = clock_timestamp(), known_from = asked.until
   where p.account_id = found_one.account_id and p.id = found_one.id;
  update access_notice n set not_before = asked.until
   where n.account_id = found_one.account_id and n.process_id = found_one.id and n.sent_at is null;
  return 'done';
end $$;
