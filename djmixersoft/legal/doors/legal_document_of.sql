-- The document of a legal process, sealed, for those who handle them.
create or replace function djms.legal_document_of(of_process uuid)
returns table (name text, size bigint, sha256 bytea, sealed bytea, wrapped bytea)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform current_staff('legal');
  return query select d.name, d.size, d.sha256, d.sealed, d.wrapped from legal_document d where d.process_id = of_process;
end $$;
