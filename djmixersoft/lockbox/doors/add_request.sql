-- Writes down a request for access, for the doors that make one; nobody else may.
create or replace function djms.add_request(
  in_account uuid, of_staff uuid, wanted uuid[], as_role text, for_ticket uuid, for_process uuid, reason_code text,
  told text, for_hours integer, download boolean, in_state text) returns uuid
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  made uuid;
begin
  insert into access_request (account_id, staff_id, staff_role, pseudonym, ticket_id, process_id, items, reason, words,
                              hours, may_download, expires, state, forget_from)
  select in_account, of_staff, as_role, s.pseudonym, for_ticket, for_process,
         array(select distinct one from unnest(wanted) one), reason_code, btrim(told), for_hours,
         coalesce(download, false), clock_timestamp() + interval '4 days', in_state,
         case when for_process is null then clock_timestamp() end
    from staff s where s.id = of_staff
  returning id into strict made;
  return made;
end $$;
