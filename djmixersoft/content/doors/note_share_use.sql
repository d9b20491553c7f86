-- Notes what a link was used for, by whoever holds it: 'looked', 'played' or 'taken', once in ten minutes, since a player
-- asks for a file in many pieces. The account's members see it. What a password opened stays open for another hour.
create or replace function djms.note_share_use(used_item uuid, used_for text) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  held constant record := held_share();
begin
  if not linked(used_item) or used_for is null or used_for not in ('looked', 'played', 'taken') then
    raise exception 'not by this link' using errcode = '42501';
  end if;
  update share_opening set expires = clock_timestamp() + interval '1 hour'
   where token_hash = sha256(convert_to(current_setting('djms.token', true), 'UTF8'))
     and expires < clock_timestamp() + interval '50 minutes';
  -- A browser asks for two pieces at the same moment.
  perform pg_advisory_xact_lock(hashtextextended('djms.share ' || held.id || used_item || used_for, 0));
  if not exists (select from share_use u
                  where u.account_id = held.account and u.share_id = held.id and u.item_id = used_item
                    and u.what = used_for and u.used_at > clock_timestamp() - interval '10 minutes') then
    insert into share_use (account_id, share_id, item_id, what) values (held.account, held.id, used_item, used_for);
  end if;
end $$;
