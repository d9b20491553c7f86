-- One of those who handle legal processes writes down what an authority demands, with the document itself (sealed before it
-- comes here). It opens nothing before another of them confirms it. `silent_until`: until then a court forbids to tell; at most a
-- year from now. `items`: what it covers, by ids; null for the whole account. Answers 'recorded', or why not: 'unknown' (no such
-- account), 'words' (authority and reference to 200 characters, what it obliges to, to 5,000), 'items' (1 to 100 of them),
-- 'telling' (silence, and telling before), 'silence' (not within a year), 'key' (none that age knows), 'document' (none, or an
-- empty one).
create or replace function djms.record_process(
  new_process uuid, in_account uuid, of_kind text, by_authority text, its_reference text, it_obliges text, until_day date,
  items uuid[], when_told text, silence timestamptz, recipient text, document_name text, document_size bigint,
  document_sha256 bytea, document_sealed bytea, document_key bytea) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('legal');
  my_name constant text := (select s.pseudonym from staff s where s.id = me);
  refused constant text := case
    when not exists (select from account a where a.id = in_account) then 'unknown'
    when coalesce(btrim(by_authority), '') = '' or length(by_authority) > 200 or coalesce(btrim(its_reference), '') = ''
         or length(its_reference) > 200 or coalesce(btrim(it_obliges), '') = '' or length(it_obliges) > 5000 then 'words'
    when items is not null and (cardinality(items) not between 1 and 100 or array_position(items, null) is not null)
    then 'items'
    when silence is not null and when_told = 'before' then 'telling'
    when silence not between clock_timestamp() and clock_timestamp() + interval '8760 hours' then 'silence'
    when recipient is not null and recipient !~ '^age1[02-9ac-hj-np-z]{58}$' then 'key'
    when coalesce(btrim(document_name), '') = '' or coalesce(document_size, 0) < 1 or document_sha256 is null
         or document_sealed is null or document_key is null then 'document' end;
begin
  if refused is not null then
    return refused;
  end if;
  insert into legal_process (account_id, id, kind, authority, reference, obliges, deadline, whole_account, telling,
                             silent_until, silent_since, known_from, recipient_key, recorded_by, recorder)
  values (in_account, new_process, of_kind, btrim(by_authority), btrim(its_reference), btrim(it_obliges), until_day,
          items is null, when_told, silence, case when silence is not null then clock_timestamp() end,
          coalesce(silence, clock_timestamp()), recipient, me, my_name);
  insert into legal_item (account_id, process_id, item_id)
  select distinct in_account, new_process, one from unnest(items) one;
  insert into legal_document (account_id, process_id, name, size, sha256, sealed, wrapped)
  values (in_account, new_process, left(document_name, 200), document_size, document_sha256, document_sealed,
          document_key);
  return 'recorded';
end $$;
