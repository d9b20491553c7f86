-- Tells an account's Administrators of a page of their account's by a mail, for the doors that have something to tell; with
-- the pseudonym of somebody who works here, or null.
create or replace function djms.mail_administrators(in_account uuid, about text, path text, of_staff uuid) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  insert into mail_message (template, recipient, context)
  select about, p.email, jsonb_build_object(
           'account', a.name, 'page', '/accounts/' || a.id || path,
           'pseudonym', (select s.pseudonym from staff s where s.id = of_staff))
    from membership m join person p on p.id = m.person_id join account a on a.id = m.account_id
   where m.account_id = in_account and m.is_administrator;
end $$;
