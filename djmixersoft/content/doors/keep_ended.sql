-- Before a link or an invitation changes: what was revoked or withdrawn stays so, from the moment when it was.
create or replace function djms.keep_ended() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_table_name = 'share' then
    new.revoked_at := coalesce(old.revoked_at, case when new.revoked_at is not null then clock_timestamp() end);
  else
    new.withdrawn_at := coalesce(old.withdrawn_at, case when new.withdrawn_at is not null then clock_timestamp() end);
  end if;
  return new;
end $$;
