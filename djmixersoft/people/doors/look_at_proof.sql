-- Whether a mailed link of a kind is still good: 'open', 'expired' or 'unknown'.
create or replace function djms.look_at_proof(token text, wanted_kind text) returns text
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  ends timestamptz;
begin
  select expires into ends from mail_proof
   where token_hash = sha256(convert_to(token, 'UTF8')) and kind = wanted_kind;
  return case when ends is null then 'unknown' when ends < clock_timestamp() then 'expired' else 'open' end;
end $$;
