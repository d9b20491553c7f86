-- The ids of messages still to be sent, oldest first: what a lost job would leave behind.
create or replace function djms.due_mail(older_than interval) returns setof uuid
language plpgsql stable security definer set search_path = djms, pg_temp as $$
begin
  return query select id from mail_message
    where state = 'queued' and created_at < clock_timestamp() - older_than order by created_at limit 1000;
end $$;
