-- An Administrator revokes an access: what is open under it is closed, and running statements are ended (end_readers).
-- Answers 'done', 'ended' where there was nothing left to revoke, 'legal' for what a legal process demands, or 'not-yours'. As in decide_request(), no program may.
create or replace function djms.revoke_grant(in_account uuid, access uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  if not administers(me, in_account)
     or not exists (
       select from access_grant g where g.account_id = in_account and g.id = access and is_told(g.process_id)) then
    return 'not-yours';
  elsif exists (
      select from access_grant g where g.account_id = in_account and g.id = access and g.basis = 'legal') then
    return 'legal';
  end if;
  update access_grant g set revoked_at = clock_timestamp(), revoked_by = me
   where g.account_id = in_account and g.id = access and g.revoked_at is null and g.ends > clock_timestamp();
  if not found then
    return 'ended';
  end if;
  update reading r set closed_at = clock_timestamp()
   where r.account_id = in_account and r.grant_id = access and r.closed_at is null;
  return 'done';
end $$;
