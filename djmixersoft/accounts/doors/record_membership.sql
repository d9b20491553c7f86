-- Puts on record who joined an account, left it or was removed, and who became its Administrator or ceased to be. Nothing
-- where the whole account goes.
create or replace function djms.record_membership() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  whose constant uuid := coalesce(new.account_id, old.account_id);
  whom jsonb := jsonb_build_object('whom', coalesce(new.person_id, old.person_id));
  doer constant uuid := (select w.person from who_acts(whose) w);
begin
  if tg_op = 'INSERT' and doer = new.person_id then
    whom := whom || jsonb_build_object('by', 'person');
  elsif doer = old.person_id then -- as what they did it, and not what they are now
    whom := whom || jsonb_build_object('by', case when old.is_administrator then 'administrator' else 'member' end);
  end if;
  if not exists (select from account a where a.id = whose) then
    return null;
  end if;
  if tg_op = 'INSERT' then
    perform record('person:membership:begun', whose, null, whom);
  elsif tg_op = 'DELETE' then
    perform record(case when doer = old.person_id then 'member:membership:left' else 'administrator:membership:ended' end,
                   whose, null, whom);
  elsif new.is_administrator and not old.is_administrator then
    perform record('administrator:administrator:made', whose, null, whom);
  elsif old.is_administrator and not new.is_administrator then
    perform record('administrator:administrator:unmade', whose, null, whom);
  end if;
  return null;
end $$;
