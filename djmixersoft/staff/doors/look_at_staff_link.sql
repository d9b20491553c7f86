-- Whether a one-time link is still good: 'open' (with address and pseudonym of whom it is for), 'expired' or 'unknown'.
create or replace function djms.look_at_staff_link(token text, out state text, out email text, out pseudonym text)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  ends timestamptz;
begin
  select l.expires, m.email, m.pseudonym into ends, email, pseudonym from staff_link l join staff m on m.id = l.staff_id
   where l.token_hash = sha256(convert_to(token, 'UTF8'));
  state := case when ends is null then 'unknown' when ends < clock_timestamp() then 'expired' else 'open' end;
  if state <> 'open' then
    email := null;
    pseudonym := null;
  end if;
end $$;
