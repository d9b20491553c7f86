-- Notes for all to see why nothing is sealed ('' if all is well, 'forked', 'altered' or 'stuck'), or, where that is null, how many
-- things were found not to be as they were sealed when everything was read again.
create or replace function djms.note_ledger_state(why text, findings integer) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if why is not null then
    update ledger_heads set trouble = why where trouble <> why;
  else
    update ledger_heads set checked_at = clock_timestamp(), damage = findings;
  end if;
end $$;
