-- Puts on record, in a person's own log, that they subscribed to the newsletter or ended it; nothing where the person goes.
create or replace function djms.record_subscription() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if tg_op = 'INSERT' then
    perform record('person:newsletter:subscribed', null, new.person_id, '{}');
  elsif exists (select from person p where p.id = old.person_id) then
    perform record('person:newsletter:unsubscribed', null, old.person_id, '{}');
  end if;
  return null;
end $$;
