-- Gives somebody new recovery codes in place of those they have, for the doors that make some: ten, as each one's SHA-256 in hex.
create or replace function djms.put_recovery_codes(who uuid, codes text[]) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if cardinality(codes) is distinct from 10 then
    raise exception 'ten codes' using errcode = '22023';
  end if;
  delete from recovery_code r where r.person_id = who;
  insert into recovery_code (person_id, code_hash) select distinct who, decode(one, 'hex') from unnest(codes) one;
  perform record('person:recovery-codes:made', null, who, '{}');
end $$;
