-- Starts an account, administered by whoever is signed in or has their program do it; a token for one account starts none.
create or replace function djms.create_account(new_name text) returns uuid
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_member();
  new_account uuid;
begin
  perform may_write();
  if (select t.only_account from token_bearer() t) is not null then
    raise exception 'this token is for one account' using errcode = '42501';
  end if;
  insert into account (name) values (new_name) returning id into new_account;
  insert into membership (account_id, person_id, is_administrator) values (new_account, me, true);
  return new_account;
end $$;
