-- Which of these files on their way belong to no upload: what a crash left of one that was finished or given up. None,
-- where there is no stored file at all, as in blobs_without_item().
create or replace function djms.uploads_ended(stored uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if exists (select from blob) then
    return query select unnest(stored) except select id from upload;
  end if;
end $$;
