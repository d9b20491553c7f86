-- What was asked and confirmed about how long a legal process is silent, latest first, for those who handle them.
create or replace function djms.legal_silences(of_process uuid)
returns table (id uuid, until timestamptz, words text, asker text, asked_at timestamptz, confirmer text,
               confirmed_at timestamptz, mine boolean)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
begin
  return query
    select s.id, s.until, s.words, s.asker, s.asked_at, s.confirmer, s.confirmed_at, s.asked_by = me
      from legal_silence s where s.process_id = of_process order by s.asked_at desc limit 100;
end $$;
