-- An Administrator lets support open an access of which they are told afterwards, or ends that. Where the
-- account has an approval key, letting them takes a signature by it. Answers 'done', 'sign' or 'not-yours'.
create or replace function djms.allow_after_notice(in_account uuid, allowed boolean) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  if not administers(me, in_account) then
    return 'not-yours';
  elsif allowed and needs_signature(in_account) then
    return 'sign';
  end if;
  insert into access_setting as was (account_id, after_notice, changed_by, changed_at)
  values (in_account, allowed, me, clock_timestamp())
  on conflict (account_id) do update
     set after_notice = excluded.after_notice, changed_by = excluded.changed_by, changed_at = excluded.changed_at
   where was.after_notice <> excluded.after_notice;
  return 'done';
end $$;
