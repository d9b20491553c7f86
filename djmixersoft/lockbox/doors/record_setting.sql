-- Puts on record that an account allows support to open an access of which it is told afterwards, or doesn't any more.
create or replace function djms.record_setting() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'INSERT' and not new.after_notice then
    return null; -- as it was
  end if;
  perform record('administrator:after-notice:' || case when new.after_notice then 'allowed' else 'forbidden' end,
                 new.account_id, null, '{}');
  return null;
end $$;
