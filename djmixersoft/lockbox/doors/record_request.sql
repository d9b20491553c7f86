-- Puts on record what becomes of a request for access: who asked, by role and pseudonym, why and for which items, and the
-- answers but one: that it was approved is put on record with the terms (record_grant). Of words only that there were some.
create or replace function djms.record_request() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  by_staff constant jsonb := jsonb_build_object('by', new.staff_role, 'staff', new.pseudonym);
  which jsonb := jsonb_build_object('request', new.id);
begin
  if tg_op = 'INSERT' then
    which := which || jsonb_build_object(
      'why', new.reason, 'items', array_to_string(new.items, ' '), 'hours', new.hours, 'download', case when new.may_download then 'yes' else 'no' end,
      'ticket', new.ticket_id, 'process', new.process_id);
    if new.state = 'pending' then
      perform record_access('staff:access:requested', new.account_id, new.process_id, which || by_staff);
    end if;
  elsif new.state = 'withdrawn' and old.state <> 'withdrawn' then
    perform record_access('staff:access:withdrawn', new.account_id, new.process_id, which || by_staff);
  elsif new.answer <> old.answer then
    perform record_access('staff:access:answered', new.account_id, new.process_id, which || by_staff);
  elsif new.state = 'denied' and old.state <> 'denied' then
    perform record_access('administrator:access:denied', new.account_id, new.process_id, which || jsonb_build_object('staff', new.pseudonym));
  elsif new.state = 'asked' and new.question <> old.question then
    perform record_access('administrator:access:asked', new.account_id, new.process_id, which || jsonb_build_object('staff', new.pseudonym));
  end if;
  return null;
end $$;
