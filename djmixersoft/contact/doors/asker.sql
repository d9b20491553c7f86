-- Who asks, where somebody is signed in, and where answers reach them; nothing otherwise. Also the key under which puzzles
-- are signed: it follows from a secret of the database, so that every machine has the same, and says nothing about that.
create or replace function djms.asker(out person uuid, out address text, out puzzle_key bytea)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select p.id, p.email into person, address from session s join person p on p.id = s.person_id
   where s.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and s.expires > clock_timestamp() and s.proven_at is not null;
  select sha256(value || convert_to('contact puzzle', 'UTF8')) into puzzle_key from door_secret;
end $$;
