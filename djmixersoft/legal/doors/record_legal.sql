-- Puts on record what becomes of a legal process: who recorded it, confirmed it and ended it, by pseudonym, and until when nobody
-- may be told. Of words only that there were some.
create or replace function djms.record_legal() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  utc constant text := 'YYYY-MM-DD"T"HH24:MI:SS"Z"';
  which constant jsonb := jsonb_build_object(
    'by', 'legal', 'process', new.id, 'silent', to_char(new.silent_until at time zone 'UTC', utc));
begin
  if tg_op = 'INSERT' then
    perform record_access('staff:process:recorded', new.account_id, new.id, which || jsonb_build_object(
      'staff', new.recorder, 'kind', new.kind, 'telling', new.telling, 'whole', case when new.whole_account then 'yes' else 'no' end));
    return null;
  end if;
  if old.confirmed_at is null and new.confirmed_at is not null then
    perform record_access('staff:process:confirmed', new.account_id, new.id, which || jsonb_build_object(
      'staff', new.confirmer));
  end if;
  if new.silent_until > old.silent_until then
    perform record_access('staff:process:silenced', new.account_id, new.id, which || coalesce((
      select jsonb_build_object('staff', s.confirmer, 'with', s.asker) from legal_silence s
       where s.account_id = new.account_id and s.process_id = new.id order by s.confirmed_at desc nulls last limit 1), '{}'));
  end if;
  if old.ended_at is null and new.ended_at is not null then
    perform record_access('staff:process:ended', new.account_id, new.id, which || jsonb_build_object('staff', new.ender));
  end if;
  return null;
end $$;
