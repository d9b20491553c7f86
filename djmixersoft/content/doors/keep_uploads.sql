-- Before an upload is begun, and again before its first bytes are taken: whether its account has room for it, besides its
-- files and all else that is on its way (SQLSTATE 23514 if not, as when a file is noted). Sizes are those of the
-- ciphertext: 56 bytes, and 16 for each 16 KiB. One of which nothing was sent takes no room, since whoever got no answer
-- begins another; it is kept for an hour, which tells it from the others. Those are kept for a week from now at most.
create or replace function djms.keep_uploads() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  untouched constant interval := interval '1 hour';
  room account_room;
  coming numeric;
begin
  new.expires := least(new.expires, clock_timestamp() + interval '7 days');
  if tg_op = 'UPDATE' and (old.expires > old.added_at + untouched or new.expires <= new.added_at + untouched) then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- Before anything of the account is looked at: row policies judge a new row only after this.
    if not (new.account_id = any (my_accounts())) then
      raise exception 'not a member of this account' using errcode = '42501';
    end if;
    new.added_at := clock_timestamp();
    new.expires := least(new.expires, new.added_at + untouched);
  end if;
  insert into account_room (account_id) values (new.account_id) on conflict (account_id) do nothing;
  -- Of two that are begun at once, the second counts the first.
  select * into room from account_room where account_id = new.account_id for update;
  select coalesce(sum(size + 56 + 16 * (size / 16384 + 1)), 0) into coming from upload
   where account_id = new.account_id and id <> new.id and expires > clock_timestamp()
     and expires > added_at + untouched;
  if room.used + coming + new.size + 56 + 16 * (new.size / 16384 + 1) > room.quota then
    raise exception 'account_room_not_exceeded' using errcode = '23514';
  end if;
  return new;
end $$;
