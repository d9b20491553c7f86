-- Counts requests for access, what came of them, and what was revoked, as they happen. Accesses under a legal process aren't
-- counted one by one: the process is.
create or replace function djms.tally_access() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if new.process_id is not null then
    return null;
  elsif tg_table_name = 'access_request' then
    if tg_op = 'INSERT' and new.state = 'pending' then
      perform count_access('asked', new.created_at);
    elsif tg_op = 'UPDATE' and old.state in ('pending', 'asked') and new.state in ('approved', 'denied', 'withdrawn') then
      perform count_access(new.state, new.created_at);
    end if;
  elsif tg_op = 'INSERT' and new.basis = 'after-notice' then
    perform count_access('afterwards', new.created_at);
  elsif tg_op = 'UPDATE' and old.revoked_at is null and new.revoked_at is not null then
    perform count_access('revoked', new.revoked_at);
  end if;
  return null;
end $$;
