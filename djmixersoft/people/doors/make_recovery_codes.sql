-- New recovery codes for the signed-in person, who has a second factor and shows the key of their password; the earlier ones end.
-- Answers 'made', 'password', or 'nothing' where there is no factor that they would stand in for.
create or replace function djms.make_recovery_codes(key bytea, codes text[]) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  perform from person p where p.id = me for update;
  if not shows_password(me, key) then
    return 'password';
  elsif not exists (select from factor f where f.person_id = me) then
    return 'nothing';
  end if;
  perform put_recovery_codes(me, codes);
  return 'made';
end $$;
