-- Puts on record that an account was made, renamed or deleted; the latter in the log of whoever deleted it.
create or replace function djms.record_account() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'INSERT' then
    perform record('administrator:account:created', new.id, null, '{}');
  elsif tg_op = 'DELETE' then
    perform record('administrator:account:deleted', null, w.person,
                   jsonb_build_object('account', old.id, 'by', 'administrator'))
       from who_acts(old.id) w where w.person is not null;
  elsif new.name <> old.name then
    perform record('administrator:account:renamed', new.id, null, '{}');
  end if;
  return null;
end $$;
