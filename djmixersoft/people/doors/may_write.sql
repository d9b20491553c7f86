-- Whether whoever acts may change anything: true, or an error. It stands in each row policy for writing, since a token's
-- transaction could be made read only in the middle of a statement that writes.
create or replace function djms.may_write() returns boolean
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  program record;
begin
  if exists (select from session
              where token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
                and expires > clock_timestamp() and proven_at is not null) then
    return true;
  end if;
  select * into program from token_bearer();
  if program.bearer is null then
    raise exception 'no signed-in person' using errcode = '42501';
  elsif not program.writes then
    raise exception 'this token may only read' using errcode = 'DJ005';
  end if;
  return true;
end $$;
