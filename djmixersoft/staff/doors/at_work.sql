-- What every page at the desk begins with: raises as current_staff() does, and notes that the session is used, to the
-- minute. Whoever is noting it already isn't waited for. Answers all roles of whoever acts, for the page's menu.
create or replace function djms.at_work(role text) returns text[]
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff(at_work.role);
begin
  update staff_session set seen_at = clock_timestamp()
   where id = (
     select s.id from staff_session s
      where s.token_hash = sha256(convert_to(current_setting('djms.token', true), 'UTF8'))
        and s.seen_at < clock_timestamp() - interval '1 minute'
        for update skip locked);
  return array(select r.role from staff_role r where r.staff_id = me order by r.role);
end $$;
