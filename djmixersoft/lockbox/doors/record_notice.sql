-- Puts on record that the Administrators were told of an access, or told again, and that one of them has seen it.
create or replace function djms.record_notice() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  which constant jsonb := jsonb_build_object('access', new.grant_id, 'notice', new.id);
begin
  if old.sent_at is null and new.sent_at is not null or old.reminded_at is distinct from new.reminded_at then
    perform record_access('system:notice:sent', new.account_id, new.process_id,
                          which || jsonb_build_object('by', 'program', 'again', case when old.sent_at is not null then 'yes' else 'no' end));
  end if;
  if old.acknowledged_at is null and new.acknowledged_at is not null then
    perform record_access('administrator:notice:acknowledged', new.account_id, new.process_id, which);
  end if;
  return null;
end $$;
