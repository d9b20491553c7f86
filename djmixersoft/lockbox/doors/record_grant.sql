-- Puts on record that an access was granted, by an Administrator or with a notice to follow, on which terms (their digest is
-- the grant's), and that one was revoked
-- (what ends with its legal process is on record with that).
create or replace function djms.record_grant() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  which jsonb := jsonb_build_object(
    'access', new.id, 'request', new.request_id, 'staff', new.pseudonym, 'role', new.staff_role,
    'process', new.process_id);
  utc constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
begin
  if tg_op = 'INSERT' then
    which := which || jsonb_build_object(
      'count', new.items, 'from', to_char(new.starts at time zone 'UTC', utc), 'until', to_char(new.ends at time zone 'UTC', utc),
      'download', case when new.may_download then 'yes' else 'no' end, 'terms', encode(new.digest, 'hex'), 'key', new.signed_by);
    if new.basis = 'approval' then
      perform record_access('administrator:access:approved', new.account_id, new.process_id, which);
    else
      perform record_access('staff:access:opened', new.account_id, new.process_id, which || jsonb_build_object('by', new.staff_role));
    end if;
  elsif old.revoked_at is null and new.revoked_at is not null and new.revoked_by is not null then
    perform record_access('administrator:access:revoked', new.account_id, new.process_id, which);
  end if;
  return null;
end $$;
