-- The logs in which it is on record what an export of whoever acts disclosed: the one that is named. Raises where none is.
create or replace function djms.exported_logs() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
  asked constant text := nullif(current_setting('djms.named', true), '');
  begun legal_export;
begin
  if pg_input_is_valid(asked, 'uuid') then
    select * into begun from legal_export e where e.id = asked::uuid and e.staff_id = me and e.ended_at is null;
  end if;
  if begun.id is null then
    raise exception 'no export is under way' using errcode = '42501';
  end if;
  return array(
    select l.id from ledger_log l
     where l.process_id = begun.process_id
        or (l.account_id = begun.account_id and exists (
              select from legal_process p
               where p.id = begun.process_id and (p.silent_until is null or p.told_at is not null))));
end $$;
