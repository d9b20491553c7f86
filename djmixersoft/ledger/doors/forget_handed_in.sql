-- Forgets what a witness handed in once no account names it any more.
create or replace function djms.forget_handed_in() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  delete from ledger_handed_in h
   where h.witness = old.vkey and not exists (select from ledger_witness w where w.vkey = old.vkey);
  return null;
end $$;
