-- Who answers questions, by pseudonym.
create or replace function djms.support_staff() returns table (id uuid, pseudonym text)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform current_staff('support');
  return query select s.id, s.pseudonym from staff s join staff_role r on r.staff_id = s.id
    where r.role = 'support' and s.ended_at is null order by 2;
end $$;
