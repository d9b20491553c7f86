-- What an invitation is to, for whoever holds its link. `state` is 'open', 'expired', 'withdrawn' (also by its inviter's
-- leaving), 'used' or 'unknown'; the rest is told of an open one only.
create or replace function djms.look_at_invitation(
  token text, out state text, out account_name text, out inviter text, out address text, out registered boolean)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  invited invitation;
begin
  select * into invited from invitation i where i.token_hash = sha256(convert_to(token, 'UTF8'));
  state := case when invited.id is null then 'unknown' when invited.used_at is not null then 'used'
                when invited.withdrawn_at is not null or not exists (
                  select from membership m
                   where m.account_id = invited.account_id and m.person_id = invited.invited_by) then 'withdrawn'
                when invited.expires < clock_timestamp() then 'expired' else 'open' end;
  if state <> 'open' then
    return;
  end if;
  address := invited.email;
  registered := exists (select from person p where p.email = invited.email);
  select a.name into account_name from account a where a.id = invited.account_id;
  select p.email into inviter from person p where p.id = invited.invited_by;
end $$;
