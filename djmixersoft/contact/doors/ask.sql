-- Takes in a question, and mails a link to its thread. Whoever is signed in asks in their own name, and may name an item of
-- an account of theirs. Others show the hash of a puzzle that they solved, good once; without one, or where very many ask,
-- what they typed is a draft until the mailed link is opened. `outcome`: 'open', 'draft', 'used' (the puzzle was), 'gone' (no
-- such item) or 'many': then nothing is kept, and `wait_seconds` says how long. What the same person asks in the same words within
-- ten minutes is the question that was taken in, and not another. Bounds for an hour: 20 of a person; of others
-- 5 to an address, and 1,000 in all, of which the first 200 may need no link. So nobody's flood stops who is signed in.
create or replace function djms.ask(
  new_topic text, words text, address text, puzzle_hash bytea, about_account uuid, about_item uuid,
  out outcome text, out ticket uuid, out reference text, out wait_seconds integer)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  link constant bytea := sha256(convert_to(token, 'UTF8'));
  me uuid;
  answers_to text;
  bound text;
  total integer := 0;
begin
  wait_seconds := 0;
  select a.person, coalesce(a.address, ask.address) into me, answers_to from asker() a;
  if about_item is not null and not exists (
      select from membership m join item i on i.account_id = m.account_id
       where m.person_id = me and m.account_id = about_account and i.id = about_item and i.trashed_with is null) then
    outcome := 'gone';
    return;
  end if;
  if me is null and puzzle_hash is not null and count_try('puzzle', encode(puzzle_hash, 'hex'), interval '1 day') > 1 then
    outcome := 'used';
    return;
  end if;
  bound := case when me is null then 'ask:' || answers_to else 'asker:' || me end;
  if count_try('contact', bound, interval '1 hour') > (case when me is null then 5 else 20 end) then
    outcome := 'many';
  elsif me is null then
    bound := 'in all';
    total := count_try('contact', bound, interval '1 hour');
    outcome := case when total > 1000 then 'many' end;
  end if;
  if me is not null then
    -- The same form once more: sent twice, or from the page before.
    select t.id, t.reference into ask.ticket, ask.reference
      from ticket t join ticket_message m on m.ticket_id = t.id left join ticket_item i on i.ticket_id = t.id
     where t.person_id = me and t.topic = new_topic and m.person_id = me and m.text = words
       and i.item_id is not distinct from about_item and t.created_at > clock_timestamp() - interval '10 minutes'
     limit 1;
    if found then
      outcome := 'open';
      return;
    end if;
  end if;
  if outcome = 'many' then
    wait_seconds := try_ends('contact', bound);
  elsif me is null and (puzzle_hash is null or total > 200) then
    outcome := 'draft';
    insert into ticket_draft (token_hash, topic, email, text, expires)
    values (link, new_topic, answers_to, words, clock_timestamp() + interval '2 days');
    insert into mail_message (template, recipient, secret) values ('contact-confirm', answers_to, token);
  else
    outcome := 'open';
    select t.id, t.reference into ask.ticket, ask.reference
      from open_ticket(new_topic, words, me, case when about_item is not null then about_account end, answers_to,
                       me is not null, link) t;
    if about_item is not null then
      insert into ticket_item (account_id, ticket_id, item_id, person_id)
      values (about_account, ask.ticket, about_item, me);
    end if;
    insert into mail_message (template, recipient, secret, context)
    values ('contact-received', answers_to, token, jsonb_build_object('reference', ask.reference));
  end if;
end $$;
