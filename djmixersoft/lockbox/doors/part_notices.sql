-- Before an account is deleted: what its Administrators were still to be told is kept for each of them, and sent without the
-- account. Nobody who is to be told hears nothing because of what they deleted.
create or replace function djms.part_notices() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  -- One that is just being sent is sent by then.
  perform from access_notice n where n.account_id = old.id and n.sent_at is null for no key update;
  insert into parting_notice (person_id, account_name, staff_role, pseudonym, items, began, ends, process_id)
  select m.person_id, old.name, g.staff_role, g.pseudonym, g.items, g.starts,
         least(g.ends, g.revoked_at, clock_timestamp()), n.process_id
    from access_notice n
    join access_grant g on g.account_id = n.account_id and g.id = n.grant_id
    join membership m on m.account_id = n.account_id and m.is_administrator
   where n.account_id = old.id and n.sent_at is null;
  return old;
end $$;
