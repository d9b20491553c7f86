-- The second half of signing in, and of confirming again: a second factor was checked. `sign` follows from the factor's
-- sealed secret, so that SQL which was smuggled into the desk's login can't claim it. A code is good once (`step` grows), a
-- challenge is answered once, and a passkey that counts its uses must have counted on: a copy of it is found out so.
create or replace function djms.note_second_factor(
  factor uuid, sign bytea, step bigint, count bigint, answered bytea) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me uuid;
  mine uuid;
begin
  select h.staff, h.session into me, mine from staff_session_holder() h;
  perform from staff m where m.id = me and m.ended_at is null for share;
  if answered is not null then
    update staff_session s set challenge = null, challenge_at = null
     where s.id = mine and s.challenge = answered and s.challenge_at > clock_timestamp() - interval '10 minutes';
    if not found then
      return false;
    end if;
  end if;
  update staff_factor f
     set last_step = coalesce(note_second_factor.step, f.last_step),
         sign_count = coalesce(note_second_factor.count, f.sign_count)
   where f.id = factor and f.staff_id = me and f.verifier = sha256(sign)
     and case f.kind when 'totp' then note_second_factor.step > f.last_step
         else answered is not null and (note_second_factor.count > f.sign_count
                                        or (note_second_factor.count = 0 and f.sign_count = 0)) end;
  if not found then
    return false;
  end if;
  update staff_session s
     set proven_at = coalesce(s.proven_at, clock_timestamp()), confirmed_at = clock_timestamp(),
         seen_at = clock_timestamp(),
         expires = case when s.proven_at is null then clock_timestamp() + interval '8 hours' else s.expires end
   where s.id = mine;
  delete from sign_in_try
   where email_hash = sha256((select value from door_secret) || convert_to('desk-factor:' || me::text, 'UTF8'));
  return true;
end $$;
