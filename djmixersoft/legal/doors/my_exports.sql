-- What whoever acts has handed over under a legal process, latest first: how many items, size and SHA-256 of the file as it was
-- encrypted, once it is whole; `ended_at` is null while it is under way, and where it broke off.
create or replace function djms.my_exports(of_process uuid)
returns table (id uuid, grant_id uuid, began_at timestamptz, ended_at timestamptz, items integer, size bigint, sha256 bytea)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
begin
  return query
    select e.id, e.grant_id, e.began_at, e.ended_at, e.items, e.size, e.sha256
      from legal_export e where e.process_id = of_process and e.staff_id = me order by e.began_at desc limit 500;
end $$;
