-- Somebody works here from now on, in these roles; they sign in for the first time by a one-time link, good for a day.
-- Answers 'added'; 'known' where somebody has the address, 'pseudonym' where somebody has or had the name.
create or replace function djms.add_staff(address text, called text, roles text[], link_hash bytea) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  made uuid;
begin
  if exists (select from staff m where m.email = address) then
    return 'known';
  end if;
  insert into staff (pseudonym, email) values (called, address) on conflict do nothing returning id into made;
  if made is null then
    return 'pseudonym';
  end if;
  insert into staff_role (staff_id, role) select distinct made, one from unnest(roles) one;
  insert into staff_link (token_hash, staff_id, expires) values (link_hash, made, clock_timestamp() + interval '1 day');
  return 'added';
end $$;
