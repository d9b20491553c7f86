-- Takes in a question, and mails a link to its thread. Whoever is signed in asks in their own name, and may name an item of
-- an account of theirs. Others show the hash of a puzzle's answer, good once; without one, or where very many ask, the
-- question waits for the mailed link to be opened. `outcome`: 'open', 'unconfirmed', 'used' (the answer was), 'gone' (no
-- such item) or 'many': then nothing is kept, and `wait_seconds` says how long. Bounds for an hour: 20 of a person; of others
-- 5 to an address, and 1,000 in all, of which the first 200 need no link. So nobody's flood stops who is signed in.
create or replace function djms.ask(
  new_topic text, words text, address text, answer_hash bytea, about_account uuid, about_item uuid,
  out outcome text, out ticket uuid, out reference text, out wait_seconds integer)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  letters constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  me uuid;
  answers_to text;
  bound text;
  total integer := 0;
  chance bytea;
begin
  wait_seconds := 0;
  select a.person, coalesce(a.address, ask.address) into me, answers_to from asker() a;
  if about_item is not null and not exists (
      select from membership m join item i on i.account_id = m.account_id
       where m.person_id = me and m.account_id = about_account and i.id = about_item and i.trashed_with is null) then
    outcome := 'gone';
    return;
  end if;
  if me is null and answer_hash is not null and count_try('puzzle', encode(answer_hash, 'hex'), interval '1 day') > 1 then
    outcome := 'used';
    return;
  end if;
  bound := case when me is null then 'ask:' || answers_to else 'asker:' || me end;
  if count_try('contact', bound, interval '1 hour') > case when me is null then 5 else 20 end then
    outcome := 'many';
  elsif me is null then
    bound := 'in all';
    total := count_try('contact', bound, interval '1 hour');
    outcome := case when total > 1000 then 'many' end;
  end if;
  if outcome = 'many' then
    select greatest(1, ceil(extract(epoch from t.expires - clock_timestamp())))::integer into wait_seconds
      from sign_in_try t
     where t.email_hash = sha256((select value from door_secret) || convert_to('contact:' || bound, 'UTF8'));
    return;
  end if;
  outcome := case when me is null and (answer_hash is null or total > 200) then 'unconfirmed' else 'open' end;
  loop
    -- 40 bits of those that are random in a UUID (RFC 9562 section 5.4), as Crockford's base 32.
    chance := uuid_send(gen_random_uuid());
    chance := substring(chance from 1 for 4) || substring(chance from 10 for 4);
    select string_agg(substr(letters, (get_byte(chance, n) & 31) + 1, 1), '' order by n) into reference
      from generate_series(0, 7) n;
    reference := left(reference, 4) || '-' || right(reference, 4);
    exit when not exists (select from ticket t where t.reference = ask.reference);
  end loop;
  insert into ticket as t (reference, topic, person_id, account_id, email, address_proven, subject, state, expires)
  values (ask.reference, new_topic, me, about_account, answers_to, me is not null,
          left(regexp_replace(words, '\s+', ' ', 'g'), 80), outcome,
          clock_timestamp() + case outcome when 'open' then interval '2 years' else interval '2 days' end)
  returning t.id into ask.ticket;
  insert into ticket_message (ticket_id, person_id, text) values (ask.ticket, me, words);
  if about_item is not null then
    insert into ticket_item (account_id, ticket_id, item_id, person_id) values (about_account, ask.ticket, about_item, me);
  end if;
  insert into ticket_link (token_hash, ticket_id) values (sha256(convert_to(token, 'UTF8')), ask.ticket);
  insert into mail_message (template, recipient, secret, context)
  values (case outcome when 'open' then 'contact-received' else 'contact-confirm' end, answers_to, token,
          jsonb_build_object('reference', ask.reference));
end $$;
