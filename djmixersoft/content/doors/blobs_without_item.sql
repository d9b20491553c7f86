-- Which of these stored files no item names: what a crash left between a file and its row. None, where there is no item
-- at all, because it is likelier then that the database is a new or another one than that every file is left over.
-- All are looked through once (`not exists` was planned to do so once for each file, from its sixth call on).
create or replace function djms.blobs_without_item(stored uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if exists (select from blob) then
    return query select unnest(stored) except select id from blob;
  end if;
end $$;
