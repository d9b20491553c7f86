-- Answers a question for the company, under one's pseudonym, and mails the answer with a link to the thread. `seen_messages`:
-- how many messages the answerer saw, so that none goes out past what was said meanwhile. `outcome`: 'sent', 'closed' (and the
-- question is closed), 'meanwhile' or 'gone'.
create or replace function djms.reply_to_ticket(ticket uuid, words text, seen_messages integer, closing boolean) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('support');
  token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  name text;
  answered ticket;
  answers_to text;
begin
  select t.* into answered from ticket t where t.id = reply_to_ticket.ticket for update;
  if answered.id is null then
    return 'gone';
  elsif (select count(*) from ticket_message m where m.ticket_id = answered.id) <> seen_messages then
    return 'meanwhile';
  end if;
  select s.pseudonym into name from staff s where s.id = me;
  select coalesce((select p.email from person p where p.id = answered.person_id), answered.email) into answers_to;
  insert into ticket_message (ticket_id, person_id, from_staff, signature, text)
  values (answered.id, answered.person_id, me, name, words);
  update ticket t set state = case when closing then 'closed' else 'answered' end, updated_at = clock_timestamp(),
                      assigned_to = coalesce(t.assigned_to, me)
   where t.id = answered.id;
  insert into ticket_link (token_hash, ticket_id) values (sha256(convert_to(token, 'UTF8')), answered.id);
  insert into mail_message (template, recipient, secret, context)
  values ('contact-answered', answers_to, token,
          jsonb_build_object('reference', answered.reference, 'answer', words, 'signature', name));
  return case when closing then 'closed' else 'sent' end;
end $$;
