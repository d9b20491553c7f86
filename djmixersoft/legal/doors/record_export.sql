-- Puts on record what was handed over under a legal process: how many items, the SHA-256 of the file, and to which key.
create or replace function djms.record_export() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if old.ended_at is null and new.ended_at is not null then
    perform record_access(
      'staff:process:disclosed', new.account_id, new.process_id,
      jsonb_build_object('by', 'legal', 'staff', s.pseudonym, 'process', new.process_id, 'access', new.grant_id,
                         'count', new.items, 'size', new.size, 'sha256', encode(new.sha256, 'hex'), 'key', p.recipient_key))
       from legal_process p, staff s where p.account_id = new.account_id and p.id = new.process_id and s.id = new.staff_id;
  end if;
  return null;
end $$;
