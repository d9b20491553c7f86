-- The accounts that whoever acts belongs to; of a program's token only the one that it was made for, if it was made for
-- one. Raises as current_person() does.
create or replace function djms.my_accounts() returns uuid[]
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me uuid;
  mine uuid[];
begin
  select s.person_id, array(select m.account_id from membership m where m.person_id = s.person_id)
    into me, mine from session s
   where s.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and s.expires > clock_timestamp() and s.proven_at is not null;
  if me is null then
    select t.bearer, array(
        select m.account_id from membership m
         where m.person_id = t.bearer and m.account_id = coalesce(t.only_account, m.account_id))
      into me, mine from token_bearer() t;
  end if;
  if me is null then
    raise exception 'no signed-in person' using errcode = '42501';
  end if;
  return mine;
end $$;
