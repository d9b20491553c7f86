-- What was typed and waits to be sent, for whoever holds the link that was mailed; nothing where nothing waits.
create or replace function djms.look_at_draft(out topic text, out words text)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  select d.topic, d.text into topic, words from ticket_draft d
   where d.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and d.expires > clock_timestamp();
end $$;
