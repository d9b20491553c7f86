-- Sets the password of whoever holds a one-time link, and begins the session in which they set their first factor. The
-- link stays good until that is done: then it is used up. Answers 'done', 'expired' or 'unknown'.
create or replace function djms.accept_staff_link(
  token text, new_salt bytea, new_memory_kib integer, new_passes integer, new_lanes integer, new_key bytea,
  new_token_hash bytea, device_words text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  link staff_link;
begin
  select l.* into link from staff_link l where l.token_hash = sha256(convert_to(token, 'UTF8')) for update;
  if link.staff_id is null then
    return 'unknown';
  elsif link.expires < clock_timestamp() then
    return 'expired';
  end if;
  delete from staff_session where staff_id = link.staff_id;
  insert into staff_credential as c (staff_id, salt, memory_kib, passes, lanes, verifier)
  values (link.staff_id, new_salt, new_memory_kib, new_passes, new_lanes, sha256(new_key))
  on conflict (staff_id) do update set salt = excluded.salt, memory_kib = excluded.memory_kib,
    passes = excluded.passes, lanes = excluded.lanes, verifier = excluded.verifier;
  insert into staff_session (token_hash, staff_id, device, enrols, expires)
  values (new_token_hash, link.staff_id, left(device_words, 100), true, clock_timestamp() + interval '10 minutes');
  return 'done';
end $$;
