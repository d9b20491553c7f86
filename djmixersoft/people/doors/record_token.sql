-- Puts on record, in a person's own log, that a token for a program of theirs was made or ended; nothing where it had expired, or
-- the person goes.
create or replace function djms.record_token() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'INSERT' then
    perform record('person:token:made', null, new.person_id, jsonb_build_object('token', new.id));
  elsif old.expires > clock_timestamp() and exists (select from person p where p.id = old.person_id) then
    perform record('person:token:ended', null, old.person_id, jsonb_build_object('token', old.id));
  end if;
  return null;
end $$;
