-- Puts on record, in a person's own log, that a second factor of theirs was added or dropped; nothing where the person goes.
create or replace function djms.record_factor() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'INSERT' then
    perform record('person:factor:added', null, new.person_id, jsonb_build_object('factor', new.id, 'kind', new.kind));
  elsif exists (select from person p where p.id = old.person_id) then
    perform record('person:factor:dropped', null, old.person_id, jsonb_build_object('factor', old.id, 'kind', old.kind));
  end if;
  return null;
end $$;
