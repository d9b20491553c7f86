-- The keys of those witnesses that some account has named, among `signers`: lines of a key's name, '+' and its id, as far as
-- a signature tells them. No account is told, and nobody gets a list. Lines of the keys; two may have the same name and id.
create or replace function djms.named_witnesses(signers text) returns text
language sql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
  -- For the index: byte by byte a key comes after its beginning with '+', and before that with ',', the next character.
  select coalesce(string_agg(distinct w.vkey, E'\n'), '')
    from unnest(string_to_array(signers, E'\n')) as s (signer)
    join ledger_witness w on w.vkey ~>=~ (s.signer || '+') and w.vkey ~<~ (s.signer || ',')
   where left(w.vkey, -45) = s.signer
$$;
