-- The key of the one row asked for. A setting, so any SQL may choose it: it opens a row only to who knows its exact key.
create or replace function djms.named() returns text
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  key text := nullif(current_setting('djms.named', true), '');
begin
  if key is null then
    raise exception 'no row was named' using errcode = '42501';
  end if;
  return key;
end $$;
