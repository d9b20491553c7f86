-- The ids of messages that are still to be sent and have no job, oldest first: what a lost job leaves behind. A job that
-- waits for its next try, or has failed for good, is not lost.
create or replace function djms.due_mail(older_than interval) returns setof uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select id from mail_message m
    where m.state = 'queued' and m.created_at < clock_timestamp() - older_than and not exists (
      select from procrastinate_jobs j where j.task_name = 'mail.send' and j.args ->> 'message' = m.id::text)
    order by m.created_at limit 1000;
end $$;
