-- Before a row that has to do with an access is written: which legal process it is for, if any. The row policies show it by
-- that, so that no door may forget to say so.
create or replace function djms.keep_process() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'UPDATE' then
    if new.process_id is distinct from old.process_id then
      raise exception 'it stays the process that it is for' using errcode = '42501';
    end if;
  elsif tg_table_name = 'access_grant' then
    select r.process_id into strict new.process_id from access_request r
     where r.account_id = new.account_id and r.id = new.request_id;
  elsif tg_table_name = 'reading_use' then
    select r.process_id into strict new.process_id from reading r
     where r.account_id = new.account_id and r.id = new.reading_id;
  else
    select g.process_id into strict new.process_id from access_grant g
     where g.account_id = new.account_id and g.id = new.grant_id;
  end if;
  return new;
end $$;
