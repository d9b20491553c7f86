-- Drops a second factor of the signed-in person, who shows the key of their password; with the last go the recovery codes. Answers
-- 'dropped', 'last', 'password', or 'nothing' where there is none such.
create or replace function djms.drop_second_factor(key bytea, dropped uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  perform from person p where p.id = me for update;
  if not shows_password(me, key) then
    return 'password';
  end if;
  delete from factor f where f.person_id = me and f.id = dropped;
  if not found then
    return 'nothing';
  elsif exists (select from factor f where f.person_id = me) then
    return 'dropped';
  end if;
  delete from recovery_code r where r.person_id = me;
  return 'last';
end $$;
