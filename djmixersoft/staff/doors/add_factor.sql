-- Adds a second factor to whoever showed one within the last 5 minutes; or the first one, in the session that a one-time
-- link began, which is proven by it; the link is used up then. Answers 'added', 'many' (ten are enough), or 'known' where a
-- passkey is there already.
create or replace function djms.add_factor(
  factor uuid, kind text, name text, sealed bytea, verifier bytea, credential_id bytea, public_key bytea, count bigint,
  step bigint) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me uuid;
  mine uuid;
  is_first boolean;
begin
  select h.staff, h.session into me, mine from staff_session_holder() h;
  -- One at a time for each, so that of two first factors the second is none.
  perform from staff m where m.id = me and m.ended_at is null for no key update;
  is_first := exists (select from staff_session s where s.id = mine and s.enrols and s.proven_at is null)
              and exists (select from staff_link l where l.staff_id = me and l.expires > clock_timestamp())
              and not exists (select from staff_factor f where f.staff_id = me);
  if not is_first then
    me := staff_confirmed('');
  end if;
  if (select pg_catalog.count(*) from staff_factor f where f.staff_id = me) >= 10 then
    return 'many';
  end if;
  insert into staff_factor (id, staff_id, kind, name, sealed, verifier, credential_id, public_key, sign_count, last_step)
  values (add_factor.factor, me, add_factor.kind, left(add_factor.name, 60), add_factor.sealed, add_factor.verifier,
          add_factor.credential_id, add_factor.public_key, coalesce(add_factor.count, 0), coalesce(add_factor.step, 0))
  on conflict do nothing;
  if not found then
    return 'known';
  end if;
  if is_first then
    delete from staff_link l where l.staff_id = me;
    update staff_session s set enrols = false, proven_at = clock_timestamp(), confirmed_at = clock_timestamp(),
           expires = clock_timestamp() + interval '8 hours' where s.id = mine;
  end if;
  update staff_session s set challenge = null, challenge_at = null where s.id = mine;
  return 'added';
end $$;
