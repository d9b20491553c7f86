-- Sends what waits behind the mailed link that is presented; from then on that link opens the thread. Whether it did.
create or replace function djms.send_draft() returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  sent ticket_draft;
begin
  delete from ticket_draft d
   where d.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and d.expires > clock_timestamp()
  returning d.* into sent;
  if sent.token_hash is null then
    return false;
  end if;
  perform open_ticket(sent.topic, sent.text, null, null, sent.email, true, sent.token_hash);
  return true;
end $$;
