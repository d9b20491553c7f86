-- The legal processes, latest first, for those who handle them: all of them, since one of them confirms what another recorded;
-- `only_one`: that one alone.
create or replace function djms.legal_processes(only_one uuid)
returns table (id uuid, account_id uuid, kind text, authority text, reference text, obliges text, deadline date,
               whole_account boolean, items uuid[], telling text, silent_until timestamptz, recipient_key text, recorder text,
               recorded_at timestamptz, confirmer text, confirmed_at timestamptz, ender text, ended_at timestamptz,
               told_at timestamptz, document_name text, document_size bigint, mine boolean)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
begin
  return query
    select p.id, p.account_id, p.kind, p.authority, p.reference, p.obliges, p.deadline, p.whole_account,
           array(select i.item_id from legal_item i
                  where i.account_id = p.account_id and i.process_id = p.id order by i.item_id),
           p.telling, p.silent_until, p.recipient_key, p.recorder, p.recorded_at, p.confirmer, p.confirmed_at, p.ender,
           p.ended_at, p.told_at, d.name, d.size, p.recorded_by = me
      from legal_process p left join legal_document d on d.account_id = p.account_id and d.process_id = p.id
     where only_one is null or p.id = only_one order by p.recorded_at desc limit 500;
end $$;
