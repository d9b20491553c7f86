-- Puts on record, in a person's own log, to which version of the Terms they agreed.
create or replace function djms.record_terms() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform record('person:terms:agreed', null, new.person_id, jsonb_build_object('version', new.version));
  return null;
end $$;
