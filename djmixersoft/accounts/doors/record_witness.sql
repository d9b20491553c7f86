-- Puts on record that a witness was named, or dropped, by its public key alone; its name may be an address. Nothing where the
-- whole account goes.
create or replace function djms.record_witness() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  whose constant uuid := coalesce(new.account_id, old.account_id);
begin
  if exists (select from account a where a.id = whose) then
    perform record(case tg_op when 'INSERT' then 'administrator:witness:named' else 'administrator:witness:dropped' end,
                   whose, null, jsonb_build_object('key', right(coalesce(new.vkey, old.vkey), 44)));
  end if;
  return null;
end $$;
