-- Notes that a stored file was read again, and what was found: '' or the kind of damage. The first time that damage is
-- found, the account's Administrators are told by mail.
create or replace function djms.note_blob_check(checked uuid, found_fault text) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  was blob;
begin
  if found_fault not in ('', 'missing', 'altered', 'unreadable') then
    raise exception 'no such damage' using errcode = '22023';
  end if;
  select * into was from blob where id = checked for update;
  if was.id is null then
    return; -- removed a moment ago
  end if;
  update blob set checked_at = clock_timestamp(), fault = found_fault
   where account_id = was.account_id and id = was.id;
  if was.fault = '' and found_fault <> '' then
    insert into mail_message (template, recipient, context)
    select 'content-damaged', p.email, jsonb_build_object('account', a.name)
      from membership m join person p on p.id = m.person_id join account a on a.id = m.account_id
     where m.account_id = was.account_id and m.is_administrator;
  end if;
end $$;
