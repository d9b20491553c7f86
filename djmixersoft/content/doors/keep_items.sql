-- Before an item is added, changes or goes. Who did it and when is the database's to say, never the statement's. An item
-- lies at the top or in a folder of its account that is not in the trash (SQLSTATE DJ002 if not), no folder lies in itself
-- (DJ003) or below 100 others (DJ006), what an item was before a change of its bytes goes into its history, and a member
-- deletes for good only what lies in the trash (42501), unless all of the account goes.
create or replace function djms.keep_items() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  parent item;
  above uuid;
  height integer := 0;
begin
  if tg_op = 'DELETE' then
    if old.trashed_with is null and session_user = 'djms_site'
       and exists (select from account a where a.id = old.account_id) then
      raise exception 'only what lies in the trash is deleted' using errcode = '42501';
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    -- Before anything of the account is looked at: row policies judge a new row only after this.
    if not (new.account_id = any (my_accounts())) then
      raise exception 'not a member of this account' using errcode = '42501';
    end if;
    new.version := 1;
    new.added_by := current_member();
    new.added_at := clock_timestamp();
    new.changed_by := new.added_by;
    new.changed_at := new.added_at;
  end if;
  if tg_op = 'UPDATE' and new.blob_id is not distinct from old.blob_id then
    new.size := old.size; -- what is said of bytes goes with the bytes
    new.sha256 := old.sha256;
    new.media_type := old.media_type;
  elsif tg_op = 'UPDATE' then
    insert into item_version (account_id, item_id, number, size, sha256, media_type, blob_id, made_by, made_at)
    values (old.account_id, old.id, old.version, old.size, old.sha256, old.media_type, old.blob_id, old.changed_by,
            old.changed_at);
    new.version := old.version + 1;
    new.changed_by := current_member();
    new.changed_at := clock_timestamp();
  end if;
  if new.trashed_with is null then
    new.trashed_at := null;
    new.trashed_by := null;
  elsif tg_op = 'INSERT' or old.trashed_with is distinct from new.trashed_with then
    new.trashed_at := clock_timestamp();
    new.trashed_by := current_member();
  end if;
  if new.parent_id is null or new.trashed_with is not null
     or (tg_op = 'UPDATE' and new.parent_id is not distinct from old.parent_id
         and new.trashed_with is not distinct from old.trashed_with) then
    return new;
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'items are moved by what is so now' using errcode = '42501';
  end if;
  if new.kind = 'folder' then
    if tg_op = 'UPDATE' then
      -- Two moves at once could put each of two folders into the other.
      perform pg_advisory_xact_lock(hashtextextended('djms.tree ' || new.account_id, 0));
    end if;
    above := new.parent_id;
    while above is not null loop
      height := height + 1;
      if above = new.id then
        raise exception 'a folder can not lie in itself' using errcode = 'DJ003';
      end if;
      if height > 100 then
        raise exception 'too many folders in each other' using errcode = 'DJ006';
      end if;
      select i.parent_id into above from item i where i.account_id = new.account_id and i.id = above;
    end loop;
  end if;
  select * into parent from item i where i.account_id = new.account_id and i.id = new.parent_id for share;
  if parent.id is null or parent.kind <> 'folder' or parent.trashed_with is not null then
    raise exception 'no such folder' using errcode = 'DJ002';
  end if;
  return new;
end $$;
