-- Puts an entry on record in the log of an account, of a person, or of a legal process that nobody may be told of yet (one
-- of the three), in the transaction of what it tells of; the sealer finds it in the outbox. Its bytes are canonical JSON (RFC 8785) made here once. Who acts is found by the
-- secret that the transaction carries, and as what, too, unless `details` say as what it was. The leaf is 0x01 and a hash
-- under 32 random bytes.
create or replace function djms.record(
  what text, in_account uuid, of_person uuid, details jsonb, of_process uuid default null) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  its_log uuid;
  doer record;
  new_entry bytea;
  new_salt constant bytea := sha256(
    uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  new_leaf bytea;
  new_id bigint;
begin
  if what <> all (array[
      'administrator:account:created', 'administrator:account:renamed', 'administrator:account:deleted',
      'administrator:invitation:sent', 'administrator:invitation:withdrawn', 'person:membership:begun',
      'member:membership:left', 'administrator:membership:ended', 'administrator:administrator:made',
      'administrator:administrator:unmade', 'administrator:witness:named', 'administrator:witness:dropped',
      'member:link:made', 'member:link:revoked', 'person:terms:agreed', 'person:newsletter:subscribed',
      'person:newsletter:unsubscribed', 'person:email:changed', 'person:password:changed', 'person:token:made',
      'person:token:ended',
      'staff:access:requested', 'staff:access:answered', 'staff:access:withdrawn', 'staff:access:opened',
      'administrator:access:approved', 'administrator:access:denied', 'administrator:access:asked',
      'administrator:access:revoked', 'staff:item:unlocked', 'staff:item:read', 'staff:reading:closed',
      'system:notice:sent', 'administrator:notice:acknowledged', 'administrator:after-notice:allowed',
      'administrator:after-notice:forbidden', 'staff:process:recorded', 'staff:process:confirmed', 'staff:process:ended',
      'staff:process:silenced', 'staff:process:disclosed', 'system:process:told',
      'administrator:approval-key:added', 'administrator:approval-key:dropped', 'administrator:approval-key:lost',
      'administrator:approval-key:kept', 'person:factor:added', 'person:factor:dropped', 'person:recovery-codes:made',
      'person:recovery-codes:used',
      'ledger:entry:erased']) then
    raise exception 'nothing is called %', what using errcode = '22023';
  end if;
  if num_nonnulls(in_account, of_person, of_process) <> 1 then
    raise exception 'an entry is in the log of an account, of a person or of a process' using errcode = '22023';
  end if;
  if exists (select from jsonb_each(details) d where jsonb_typeof(d.value) not in ('string', 'number', 'null')) then
    raise exception 'what verifies entries reads texts and whole numbers' using errcode = '22023';
  end if;
  select l.id into its_log from ledger_log l where l.account_id = in_account or l.person_id = of_person or l.process_id = of_process;
  if its_log is null then
    insert into ledger_log (account_id, person_id, process_id, origin)
    values (in_account, of_person, of_process, 'djmixersoft-log/' || replace(gen_random_uuid()::text, '-', ''))
    on conflict do nothing;
    select l.id into strict its_log from ledger_log l where l.account_id = in_account or l.person_id = of_person or l.process_id = of_process;
  end if;
  select * into doer from who_acts(in_account);
  select convert_to('{' || string_agg(to_json(f.key)::text || ':' || f.value::text, ',' order by f.key collate "C") || '}', 'UTF8')
    into new_entry
    from jsonb_each(jsonb_strip_nulls(jsonb_build_object('by', doer.role) || details || jsonb_build_object(
      'action', what, 'of', coalesce(in_account, of_person, of_process), 'person', doer.person,
      'at', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))) f;
  new_leaf := '\x01' || sha256(convert_to('djmixersoft/leaf/v1', 'UTF8') || '\x00' || new_salt || new_entry);
  insert into ledger_entry (log_id, account_id, person_id, process_id, entry, salt, leaf)
  values (its_log, in_account, of_person, of_process, new_entry, new_salt, new_leaf) returning id into new_id;
  insert into ledger_waiting (entry_id, log_id, hash) values (new_id, its_log, sha256('\x00' || new_leaf));
end $$;
