-- After a blob is noted or goes: how much room its account's files take. More than its quota is refused by the table's own
-- check (account_room_not_exceeded).
create or replace function djms.count_room() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'DELETE' then
    update account_room set used = used - old.sealed_size where account_id = old.account_id;
    return old;
  end if;
  insert into account_room (account_id, used) values (new.account_id, new.sealed_size)
    on conflict (account_id) do update set used = account_room.used + excluded.used;
  return new;
end $$;
