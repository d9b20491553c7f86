-- The second half of signing in: a second factor was checked. `sign` follows from the factor's sealed secret, so that SQL which was
-- smuggled into the site's login can't claim it. A code is good once (`step` grows), a challenge is answered once, and a passkey
-- that counts its uses must have counted on: a copy of it is found out so.
create or replace function djms.note_factor(factor uuid, sign bytea, step bigint, count bigint, answered bytea)
returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me uuid;
  mine uuid;
begin
  select h.person, h.session into me, mine from session_holder() h;
  if answered is not null then
    update session s set challenge = null, challenge_at = null
     where s.id = mine and s.challenge = answered and s.challenge_at > clock_timestamp() - interval '10 minutes';
    if not found then
      return false;
    end if;
  end if;
  update factor f
     set last_step = coalesce(note_factor.step, f.last_step), sign_count = coalesce(note_factor.count, f.sign_count)
   where f.id = note_factor.factor and f.person_id = me and f.verifier = sha256(sign)
     and case f.kind when 'totp' then note_factor.step > f.last_step
         else answered is not null and (note_factor.count > f.sign_count
                                        or (note_factor.count = 0 and f.sign_count = 0)) end;
  if not found then
    return false;
  end if;
  return prove_session(me, mine);
end $$;
