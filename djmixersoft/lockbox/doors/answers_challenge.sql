-- Whether what a browser says that it signed (Web Authentication Level 2, §5.8.1) is the answer to a challenge, and no other.
create or replace function djms.answers_challenge(client_data bytea, challenge bytea) returns boolean
language plpgsql immutable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  said jsonb;
begin
  if octet_length(coalesce(client_data, '')) not between 1 and 8192 then
    return false;
  end if;
  said := convert_from(client_data, 'UTF8')::jsonb;
  return coalesce(
    said ->> 'type' = 'webauthn.get'
    and said ->> 'challenge' = rtrim(translate(encode(challenge, 'base64'), E'+/\n', '-_'), '='), false);
exception when data_exception then
  return false; -- no JSON, or no text
end $$;
