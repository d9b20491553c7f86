-- Puts on record that somebody was invited into an account, or an invitation withdrawn; not to which address.
create or replace function djms.record_invitation() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'INSERT' then
    perform record('administrator:invitation:sent', new.account_id, null, jsonb_build_object('invitation', new.id));
  elsif old.withdrawn_at is null and new.withdrawn_at is not null then
    perform record('administrator:invitation:withdrawn', new.account_id, null, jsonb_build_object('invitation', new.id));
  end if;
  return null;
end $$;
