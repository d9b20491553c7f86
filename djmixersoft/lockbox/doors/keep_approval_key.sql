-- An Administrator keeps an approval key that another said is lost. Answers 'done', 'over' or 'not-yours'.
create or replace function djms.keep_approval_key(in_account uuid, kept uuid) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
begin
  if not administers(me, in_account)
     or not exists (select from approval_key k where k.account_id = in_account and k.id = kept) then
    return 'not-yours';
  end if;
  update approval_key k set ends_at = null, ended_by = null
   where k.account_id = in_account and k.id = kept and k.admitted_at is not null and k.ends_at > clock_timestamp();
  return case when found then 'done' else 'over' end;
end $$;
