-- Which stored files to read again: those that were checked longest ago, a week at least, with what their ciphertext must
-- be. Nothing of what they hold or whose they are.
create or replace function djms.blobs_to_check(many integer)
returns table (blob uuid, sealed_size bigint, sealed_sha256 bytea)
language sql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
  select b.id, b.sealed_size, b.sealed_sha256 from blob b
   where b.checked_at < clock_timestamp() - interval '7 days' order by b.checked_at, b.id limit least(many, 10000)
$$;
