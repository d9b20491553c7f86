-- The second half of signing in, for whoever shows one of their recovery codes: each is good once. On record, in their own log.
create or replace function djms.use_recovery_code(code text) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me uuid;
  mine uuid;
begin
  select h.person, h.session into me, mine from session_holder() h;
  delete from recovery_code r where r.person_id = me and r.code_hash = sha256(convert_to(code, 'UTF8'));
  if not found then
    return false;
  end if;
  perform record('person:recovery-codes:used', null, me, '{"by": "person"}');
  return prove_session(me, mine);
end $$;
