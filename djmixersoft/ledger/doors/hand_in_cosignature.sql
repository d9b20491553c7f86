-- Keeps what a witness handed in, if an account has named that witness, and if it is later than what is kept of it: a
-- larger size, or the same size signed at a later time. Whether all of it is true, the caller has verified. `is_ours`: the
-- checkpoint is of the ledger that is here; what isn't is kept beside what is. Answers 'taken', 'known' (nothing newer),
-- 'older', 'unknown' (nobody has named it) or 'many': 20 were taken within a minute.
create or replace function djms.hand_in_cosignature(
  of_witness text, is_ours boolean, new_size bigint, new_checkpoint bytea, new_line text, new_stated bigint) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  kept ledger_handed_in;
begin
  if new_size < 0 or length(new_checkpoint) > 65536 or length(new_line) > 1000 then
    raise exception 'this is no cosignature' using errcode = '22023';
  end if;
  if not exists (select from ledger_witness w where w.vkey = of_witness) then
    return 'unknown';
  end if;
  select h.* into kept from ledger_handed_in h where h.witness = of_witness and h.fits = is_ours;
  if kept.size > new_size then
    return 'older';
  elsif kept.size = new_size and kept.stated >= new_stated then
    return 'known';
  elsif count_try('hand-in', of_witness, interval '1 minute') > 20 then
    return 'many';
  end if;
  insert into ledger_handed_in as h (witness, fits, size, checkpoint, line, stated)
  values (of_witness, is_ours, new_size, new_checkpoint, new_line, new_stated)
  on conflict (witness, fits) do update set
    size = excluded.size, checkpoint = excluded.checkpoint, line = excluded.line, stated = excluded.stated,
    at = clock_timestamp()
  where (h.size, h.stated) < (excluded.size, excluded.stated);
  return 'taken';
end $$;
