-- An Administrator revokes an access: what is open under it is closed, and running statements are ended (end_readers).
-- Nothing that the desk leaves open keeps it waiting for more than a moment (administers).
-- Answers 'done', 'ended' where there was nothing left to revoke, 'legal' for what a legal process demands, or 'not-yours'. As in decide_request(), no program may.
create or replace function djms.revoke_grant(in_account uuid, access uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off set lock_timeout = 1000 as $$
declare
  me constant uuid := current_person();
  held text[];
  is_done boolean;
begin
  if not administers(me, in_account)
     or not exists (
       select from access_grant g where g.account_id = in_account and g.id = access and is_told(g.process_id)) then
    return 'not-yours';
  elsif exists (
      select from access_grant g where g.account_id = in_account and g.id = access and g.basis = 'legal') then
    return 'legal';
  end if;
  for attempt in 1..2 loop
    begin
      held := desk_transactions();
      update access_grant g set revoked_at = clock_timestamp(), revoked_by = me
       where g.account_id = in_account and g.id = access and g.revoked_at is null and g.ends > clock_timestamp();
      is_done := found;
      exit;
    exception when lock_not_available then
      if attempt = 2 then
        raise;
      end if;
      perform end_desk_transactions(held);
    end;
  end loop;
  if not is_done then
    return 'ended';
  end if;
  -- What is closed by its reader at this moment needs no closing, and nobody waits for that.
  update reading r set closed_at = clock_timestamp()
   where (r.account_id, r.id) in (
     select o.account_id, o.id from reading o
      where o.account_id = in_account and o.grant_id = access and o.closed_at is null for no key update skip locked);
  return 'done';
end $$;
