-- Opens a thread with its first message and the hash of a link that leads to it, for the doors that took a question in.
create or replace function djms.open_ticket(
  new_topic text, words text, asked_by uuid, about_account uuid, address text, is_proven boolean, link_hash bytea,
  out id uuid, out reference text)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  letters constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  chance bytea;
begin
  loop
    -- 40 bits of those that are random in a UUID (RFC 9562 section 5.4), as Crockford's base 32.
    chance := uuid_send(gen_random_uuid());
    chance := substring(chance from 1 for 4) || substring(chance from 10 for 4);
    select string_agg(substr(letters, (get_byte(chance, n) & 31) + 1, 1), '' order by n) into reference
      from generate_series(0, 7) n;
    reference := left(reference, 4) || '-' || right(reference, 4);
    exit when not exists (select from ticket t where t.reference = open_ticket.reference);
  end loop;
  insert into ticket as t (reference, topic, person_id, account_id, email, address_proven, subject)
  values (open_ticket.reference, new_topic, asked_by, about_account, address, is_proven,
          left(regexp_replace(words, '\s+', ' ', 'g'), 80))
  returning t.id into open_ticket.id;
  insert into ticket_message (ticket_id, person_id, text) values (open_ticket.id, asked_by, words);
  insert into ticket_link (token_hash, ticket_id) values (link_hash, open_ticket.id);
end $$;
